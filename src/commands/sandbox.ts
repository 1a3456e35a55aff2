import { once } from 'node:events';
import { startSandboxPair } from '../../sandbox/pair.ts';
import type { CommonOptions, Environment } from '../environment.ts';
import { portUnusable } from '../failures/network.ts';
import type { ExitCode } from '../model/result.ts';
import { sandboxReady } from '../ui/sandbox-messages.ts';
import { openTerminal } from './session.ts';

/** What listening on a port says when it is taken, kept for the administrator, or none. */
const ofPorts: ReadonlySet<string> = new Set(['EADDRINUSE', 'EACCES', 'ERR_SOCKET_BAD_PORT']);

export type SandboxOptions = CommonOptions & { gitbucketPort?: number; gitlabPort?: number };

/** `gb2gl sandbox`: both servers until Ctrl-C; prints the variables that point gb2gl to them. */
export async function sandboxCommand(options: SandboxOptions, environment: Environment): Promise<ExitCode> {
  const { stopping } = environment.runtime;
  const pair = await startSandboxPair({
    ...(options.gitbucketPort === undefined ? {} : { gitbucket: options.gitbucketPort }),
    ...(options.gitlabPort === undefined ? {} : { gitlab: options.gitlabPort }),
  }).catch((error: NodeJS.ErrnoException) => {
    if (!ofPorts.has(error.code ?? '')) throw error;
    throw portUnusable('gb2gl sandbox', { detail: error.message }, error);
  });
  const variables = {
    GITBUCKET_URL: pair.gitbucket.url,
    GITBUCKET_TOKEN: pair.sample.tokens.root,
    GITBUCKET_USERNAME: 'root',
    GITBUCKET_PASSWORD: pair.sample.passwords.root,
    GITLAB_URL: pair.gitlab.url,
    GITLAB_TOKEN: pair.gitlabToken,
  };
  if (options.json) environment.stdout.write(`${JSON.stringify(variables)}\n`);
  else (await openTerminal(options, environment, 1)).write(sandboxReady(variables));
  if (!stopping.aborted) await once(stopping, 'abort');
  await pair.close();
  return 0;
}
