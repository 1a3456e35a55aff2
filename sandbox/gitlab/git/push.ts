import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { prescribedBranch, type RefUpdate } from '../default-branch.ts';
import { readMessages } from '../commit-messages.ts';
import { callIntegrations } from '../integrations.ts';
import { startPipelines } from '../pipelines.ts';
import type { Project } from '../state.ts';
import { refreshRequests } from '../tracker/pushes.ts';
import { shownBranch } from '../wiki.ts';
import { exceedsOperations } from './memory.ts';
import { afterPushTexts } from './messages.ts';
import { pushRefusal } from './push-checks.ts';
import { readPushRequest, type Body, type PushRequest } from './push-request.ts';
import { openQuarantine } from './quarantine.ts';
import { PUSH_RESULT, receivePack, type Refusal } from './receive-pack.ts';
import { declined, type RefVerdict } from './report.ts';
import { linger, openBody, send, sendAndLinger } from './workhorse.ts';

export type PushCall = {
  actor: Actor;
  project: Project;
  gitDir: string;
  wiki: boolean;
  /** The old path by which a renamed project was addressed. */
  movedFrom: string | null;
};

type Misfortune = Context['settings']['git']['nextPushes'][number];

const TIMED_OUT =
  'Push operation timed out\n\nTiming information for debugging purposes:\nRunning checks for ref';

/** Serves `POST git-receive-pack` after Rails has let it in. */
export async function servePush(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  call: PushCall,
): Promise<void> {
  const body = openBody(request);
  if (!body) return send(response, { status: 500, body: 'Internal Server Error\n' });
  if (context.settings.git.gitalyDown) return sendAndLinger(response, { status: 500 }, body);
  const read = await readSafely(body);
  if (read.kind === 'broken') return send(response, { status: 500 });
  if (read.kind === 'probe') return send(response, { status: 200, headers: PUSH_RESULT });
  const misfortune = context.settings.git.nextPushes.shift() ?? null;
  if (misfortune === 'empty-500') return sendAndLinger(response, { status: 500 }, body);
  if (misfortune === 'busy') return sendBusy(response, read.push, body);

  await receivePack(response, {
    gitDir: call.gitDir,
    dir: context.dir,
    settings: context.settings.git,
    push: read.push,
    body,
    judge: (quarantine) => judge(context, call, read.push, quarantine, misfortune),
    received: (verdicts) => received(context, call, read.push, verdicts),
  });
}

async function readSafely(body: Body): ReturnType<typeof readPushRequest> {
  try {
    return await readPushRequest(body);
  } catch {
    return { kind: 'broken' };
  }
}

/** What `/internal/allowed` answers, and how Gitaly's hook puts it (GL-213). */
async function judge(
  context: Context,
  call: PushCall,
  push: PushRequest,
  quarantine: string,
  misfortune: Misfortune | null,
): Promise<Refusal> {
  const { actor, project, gitDir, wiki } = call;
  const throttled = misfortune === 'throttled' || exceedsOperations(context, actor.user.id, project.id);
  if (throttled) return { text: 'error executing git hook\n' };
  if (misfortune === 'internal-api-unreachable') return { text: 'GitLab: Internal API unreachable' };
  if (context.settings.git.accessCheckTimesOut) return { text: `GitLab: ${TIMED_OUT}` };
  if (wiki) return null;
  const branch = context.defaultBranch(project);
  const text = await pushRefusal({
    context,
    actor,
    project,
    push,
    quarantine: openQuarantine(gitDir, quarantine),
    empty: branch === null,
    defaultBranch: branch ?? prescribedBranch(context, project),
  });
  return text === null ? null : { text: `GitLab: ${text}` };
}

/** Keeps a record of every push, with the refs that it really changed. */
function received(context: Context, call: PushCall, push: PushRequest, verdicts: RefVerdict[]): string {
  const { project, wiki, actor } = call;
  const done = new Set(verdicts.filter(({ failure }) => failure === null).map(({ ref }) => ref));
  const refs: RefUpdate[] = push.commands.filter(({ ref }) => done.has(ref));
  const { username } = actor.user;
  const { fullPath, id: projectId } = project;
  context.pushes.push({ projectId, fullPath, wiki, username, refs, options: push.options });
  if (refs.length === 0) return '';
  if (wiki) {
    // The job after a push looks which branch is shown, and that one stays (app/services/git/wiki_push_service.rb).
    context.after(context.settings.asyncDelayMs, () => void shownBranch(context, project));
  } else {
    context.onPushed(project, refs);
    startPipelines(context, project, refs, push.options);
    afterwards(context, project, refs, actor);
  }
  return afterPushTexts(context, call, refs);
}

/** What other jobs do seconds later, which look only then at the settings of the projects concerned. */
function afterwards(context: Context, project: Project, refs: RefUpdate[], actor: Actor): void {
  context.after(context.settings.pipelineDelayMs, async () => {
    callIntegrations(context, project, refs);
    await readMessages(context, project, refs, actor);
    await refreshRequests(context, project, refs, actor);
  });
}

/** Gitaly's limiter: one line of a report and no verdict on any ref (GL-216). */
async function sendBusy(response: ServerResponse, push: PushRequest, body: Body): Promise<void> {
  const id = randomBytes(13).toString('hex');
  const text = `GitLab is currently unable to handle this request due to load (ID ${id}).\n`;
  const answer = declined(['unpack server is busy'], push.capabilities.has('side-band-64k'), text);
  await linger(body);
  send(response, { status: 200, headers: PUSH_RESULT, body: answer });
}
