import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { readRef } from '../repository.ts';
import type { GitSettings } from '../settings.ts';
import { feed } from './feed.ts';
import { killGit, receivePackConfig, startGit } from './gitaly.ts';
import { hooksDirectory, serveHooks, type HookCalls } from './hooks.ts';
import { manyRefs, packRefs } from './housekeeping.ts';
import { createAnswer, type PushAnswer } from './push-answer.ts';
import { deletes, type Body, type PushRequest } from './push-request.ts';
import { isTooLong } from './ref-names.ts';
import { repeatedRef, type RefVerdict } from './report.ts';
import { clientGone, linger, type Answer, send, sendAndLinger } from './workhorse.ts';

export const PUSH_RESULT = {
  'content-type': 'application/x-git-receive-pack-result',
  'cache-control': 'no-cache',
};

const END_OF_BODY_MS = 20;

/** A refusal of Rails, of the hooks or of git's ref transaction; null when nothing objects. */
export type Refusal = { text: string; everyRef?: string } | null;

export type ReceivePackCall = {
  gitDir: string;
  /** Where the hooks are kept. */
  dir: string;
  settings: GitSettings;
  push: PushRequest;
  body: Body;
  /** Judges the push while its objects lie in the quarantine. */
  judge(quarantine: string): Promise<Refusal>;
  /** Called once with what the refs came to; returns texts for the client. */
  received(verdicts: RefVerdict[]): string;
};

type PushState = {
  /** From here on nothing undoes the push. */
  committed: boolean;
  bodyEnded: boolean;
  /** An error of this server itself. */
  failure: unknown;
};

/** Runs git's receive-pack as Gitaly does and sends what it says as Workhorse does. */
export async function receivePack(response: ServerResponse, call: ReceivePackCall): Promise<void> {
  const { settings, push, body } = call;
  const hooks = hooksDirectory(call.dir, settings.hookMsPerRef > 0);
  const config = receivePackConfig(settings, hooks);
  const args = ['receive-pack', '--stateless-rpc', call.gitDir];
  const child = startGit({ args, config, channel: true });
  const answer = createAnswer(push, settings.splitMessages);
  const state: PushState = { committed: false, bodyEnded: false, failure: null };
  serveHooks(child, hookCalls(call, answer, state));
  // Once the refs are being written the real server's one transaction is through, whoever listens.
  const abandon = () => {
    if (!state.committed) killGit(child);
  };
  clientGone(response).addEventListener('abort', abandon);
  child.stderr!.resume();
  child.stdout!.on('data', (chunk: Buffer) => {
    answer.push(chunk);
    if (state.bodyEnded) flowOut(response, answer);
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  async function feedWhole(): Promise<void> {
    const end = await feed(child, push.head, body);
    if (end === 'gone') abandon();
    if (end !== 'ended') return;
    state.bodyEnded = true;
    flowOut(response, answer);
  }
  const fed = feedWhole();
  const [code] = await closed;
  // git need not read to the end of the body; its last bytes may still be on their way.
  await Promise.race([fed, sleep(END_OF_BODY_MS)]);
  if (state.failure !== null) throw state.failure;
  if (state.committed && push.commands.length >= manyRefs) await packRefs(call.gitDir);
  await finish(response, call, answer, { bodyEnded: state.bodyEnded, failed: code !== 0 });
}

function hookCalls(call: ReceivePackCall, answer: PushAnswer, state: PushState): HookCalls {
  const { hookMsPerRef } = call.settings;
  let waited = false;
  return {
    async preReceive(quarantine) {
      try {
        const refusal = await judgeWholly(call, quarantine);
        if (refusal) answer.refuse(refusal);
        state.committed = refusal === null && hookMsPerRef === 0;
        return refusal === null;
      } catch (error) {
        state.failure = error;
        return false;
      }
    },
    async update() {
      // One process for each ref on the real server, all before the one transaction (GL-200, GL-204).
      if (!waited) await sleep(hookMsPerRef * call.push.commands.length);
      waited = true;
      state.committed = true;
    },
  };
}

async function judgeWholly(call: ReceivePackCall, quarantine: string): Promise<Refusal> {
  if (call.settings.pushMs > 0) await sleep(call.settings.pushMs);
  const refusal = await call.judge(quarantine);
  if (refusal) return refusal;
  const repeated = repeatedRef(call.push.commands);
  const long = call.push.commands.find(({ ref }) => isTooLong(ref))?.ref;
  if (repeated === null && long === undefined) return null;
  const text =
    repeated === null
      ? `error: cannot lock ref '${long}': Unable to create '${call.gitDir}/./${long}.lock': File name too long\n`
      : `error: multiple updates for ref '${repeated}' not allowed\n`;
  return { text, everyRef: 'failed to update refs' };
}

/** Workhorse sends nothing before 2,048 bytes have gathered (GL-205). */
function flowOut(response: ServerResponse, answer: PushAnswer): void {
  if (!response.headersSent && answer.gathered() < 2048) return;
  if (!response.headersSent) response.writeHead(200, PUSH_RESULT);
  response.write(answer.take());
}

async function finish(
  response: ServerResponse,
  call: ReceivePackCall,
  answer: PushAnswer,
  end: { bodyEnded: boolean; failed: boolean },
): Promise<void> {
  const verdicts = answer.verdicts() ?? verdictsOnDisk(call);
  const rest = answer.finish(call.received(verdicts));
  if (response.headersSent) {
    if (!end.bodyEnded) await linger(call.body);
    response.end(rest);
    return;
  }
  const empty = end.failed && answer.silent();
  const whole: Answer = empty ? { status: 500 } : { status: 200, headers: PUSH_RESULT, body: rest };
  if (end.bodyEnded) send(response, whole);
  else await sendAndLinger(response, whole, call.body);
}

/** Without a report the refs themselves tell what became of them. */
function verdictsOnDisk({ gitDir, push }: ReceivePackCall): RefVerdict[] {
  return push.commands.map((command) => {
    const id = readRef(gitDir, command.ref);
    const done = deletes(command) ? id === null : id === command.new;
    return { ref: command.ref, failure: done ? null : 'failed' };
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
