import { once } from 'node:events';
import { startSandboxPair } from '../../sandbox/pair.ts';
import type { CommonOptions, Environment } from '../environment.ts';
import type { ExitCode } from '../model/result.ts';
import { sandboxReady } from '../ui/sandbox-messages.ts';
import { openTerminal } from './session.ts';

export type SandboxOptions = CommonOptions & { gitbucketPort?: number; gitlabPort?: number };

/** `gb2gl sandbox`: both servers until Ctrl-C; prints the variables that point gb2gl to them. */
export async function sandboxCommand(options: SandboxOptions, environment: Environment): Promise<ExitCode> {
  const { stopping } = environment.runtime;
  const pair = await startSandboxPair({
    ...(options.gitbucketPort === undefined ? {} : { gitbucket: options.gitbucketPort }),
    ...(options.gitlabPort === undefined ? {} : { gitlab: options.gitlabPort }),
  });
  const variables = {
    GITBUCKET_URL: pair.gitbucket.url,
    GITBUCKET_TOKEN: pair.sample.tokens.root,
    GITLAB_URL: pair.gitlab.url,
    GITLAB_TOKEN: pair.gitlabToken,
  };
  if (options.json) environment.stdout.write(`${JSON.stringify(variables)}\n`);
  else (await openTerminal(options, environment, 1)).write(sandboxReady(variables));
  if (!stopping.aborted) await once(stopping, 'abort');
  await pair.close();
  return 0;
}
