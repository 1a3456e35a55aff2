import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

/** Both hooks only ask this process: a push costs one shell, and the rules stay in one language. */
const PRE_RECEIVE = `#!/bin/sh
printf 'pre-receive %s\\n' "$GIT_OBJECT_DIRECTORY" >&3
IFS= read -r verdict <&3
[ "$verdict" = ok ]
`;
const UPDATE = `#!/bin/sh
printf 'update\\n' >&3
IFS= read -r verdict <&3
[ "$verdict" = ok ]
`;

/** What the server does when git's hooks run. */
export type HookCalls = {
  /** All objects lie in the quarantine directory, connected and checked; false declines every ref. */
  preReceive(quarantine: string): Promise<boolean>;
  /** Runs for each ref once the objects have left the quarantine. */
  update(): Promise<void>;
};

/** Writes the hooks below a directory unless they are there; the update hook is left out when nothing waits for it. */
export function hooksDirectory(dir: string, withUpdate: boolean): string {
  const folder = join(dir, 'hooks', withUpdate ? 'per-ref' : 'whole');
  if (existsSync(join(folder, 'pre-receive'))) return folder;
  mkdirSync(folder, { recursive: true });
  if (withUpdate) writeHook(folder, 'update', UPDATE);
  writeHook(folder, 'pre-receive', PRE_RECEIVE);
  return folder;
}

// Renamed into place: a file still open for writing cannot be executed.
function writeHook(folder: string, name: string, script: string): void {
  const file = join(folder, `.${name}.${process.pid}`);
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  renameSync(file, join(folder, name));
}

/** Answers the hooks of one receive-pack over its file descriptor 3. */
export function serveHooks(child: ChildProcess, calls: HookCalls): void {
  const channel = child.stdio[3] as Duplex;
  let text = '';
  channel.on('error', () => {});
  channel.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      void answer(line, calls).then((verdict) => channel.write(`${verdict}\n`));
    }
  });
}

async function answer(line: string, calls: HookCalls): Promise<'ok' | 'no'> {
  if (line.startsWith('pre-receive ')) {
    return (await calls.preReceive(line.slice('pre-receive '.length))) ? 'ok' : 'no';
  }
  await calls.update();
  return 'ok';
}
