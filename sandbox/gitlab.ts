import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { startSandboxServer, type SandboxServer } from './server.ts';
import { createContext, type Context, type PushRecord } from './gitlab/context.ts';
import { createFront } from './gitlab/front.ts';
import type { Mail } from './gitlab/mails.ts';
import { defaultSettings, type GitSettings, type Settings } from './gitlab/settings.ts';
import { createSetup, type Setup } from './gitlab/setup.ts';
import type { IntegrationCall } from './gitlab/integrations.ts';
import type { Project, ProtectedBranch } from './gitlab/state.ts';
import { createUser } from './gitlab/users.ts';

export type GitLabOptions = {
  /** Holds state and repositories; a later start on the same directory goes on with them. */
  dir: string;
  port?: number;
  /** `18.9.0-ee` when absent. */
  version?: string;
  /** Path below which GitLab sits, like `/gitlab`. */
  relativeUrl?: string;
  /** Address that GitLab believes in, without the relative URL; appears in Link headers and clone URLs. */
  externalUrl?: string;
  settings?: Partial<Omit<Settings, 'git'>> & { git?: Partial<GitSettings> };
};

export type EmbeddedGitLab = Setup & {
  /** Base URL with the relative URL, without a trailing slash. */
  url: string;
  server: SandboxServer;
  /** Knobs; may be changed at any time. */
  settings: Settings;
  context: Context;
  pushes: PushRecord[];
  /** What GitLab would have sent by mail. */
  mails: Mail[];
  integrationCalls: IntegrationCall[];
  project(fullPath: string): Project;
  gitDir(fullPath: string): string;
  wikiDir(fullPath: string): string;
  protectedBranches(fullPath: string): ProtectedBranch[];
  /** Waits until every background job has run. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** For whoever sets up a state of its own: its parts, and how they are written. */
export { levelOf } from './gitlab/default-branch.ts';
export { createRepository, writeHead } from './gitlab/repository.ts';
export type { BranchProtection, Settings } from './gitlab/settings.ts';
export { saveState, trackerOf } from './gitlab/state.ts';
export type {
  Group,
  Member,
  Project,
  ProtectedBranch,
  Scope,
  State,
  User,
  UserState,
} from './gitlab/state.ts';
export type { TrackerState } from './gitlab/tracker/state.ts';
export type { NewUser } from './gitlab/users.ts';

/** What REST takes out of a text and carries out (GL-385). */
export { extractActions } from './gitlab/tracker/quick-action-text.ts';

/** Starts an embedded GitLab, with the administrator `root` on first use. */
export async function createGitLab(options: GitLabOptions): Promise<EmbeddedGitLab> {
  const { dir, relativeUrl = '' } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const settings = settingsOf(options);
  const context = createContext({ dir, settings, relativeUrl });
  if (context.state.users.length === 0) {
    createUser(context, { username: 'root', name: 'Administrator', email: 'admin@example.com', admin: true });
  }
  const server = await startSandboxServer(createFront(context), {
    port: options.port ?? 0,
    headers: ownHeaders,
  }).catch((error: unknown) => {
    // What waits to be saved must not come to a folder that is removed by now.
    context.save();
    throw error;
  });
  context.externalUrl = (options.externalUrl ?? server.url).replace(/\/$/, '') + relativeUrl;

  function project(fullPath: string): Project {
    const found = context.findProjectByPath(fullPath);
    if (!found) throw new Error(`the sandbox has no project ${fullPath}`);
    return found;
  }

  return {
    ...createSetup(context),
    url: server.url + relativeUrl,
    server,
    settings,
    context,
    pushes: context.pushes,
    mails: context.mails,
    integrationCalls: context.integrationCalls,
    project,
    gitDir: (fullPath) => context.gitDir(project(fullPath)),
    wikiDir: (fullPath) => context.wikiDir(project(fullPath)),
    protectedBranches: (fullPath) => project(fullPath).protectedBranches,
    settle: () => context.settle(),
    async close() {
      await server.close();
      await context.jobs.stop();
      context.save();
    },
  };
}

/** By which an answer is known as GitLab's, whatever it says (GL-27). */
function ownHeaders(): Record<string, string> {
  const id = randomUUID();
  return { 'x-request-id': id, 'x-gitlab-meta': `{"correlation_id":"${id}","version":"1"}` };
}

function settingsOf({ version = '18.9.0-ee', settings = {} }: GitLabOptions): Settings {
  const defaults = defaultSettings(version);
  return { ...defaults, ...settings, git: { ...defaults.git, ...settings.git } };
}
