import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline } from './pipelines.ts';
import { accessLevel, canRead, type Actor } from './access.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { defaultBranch, defaultBranchPreference, onPushed, type RefUpdate } from './default-branch.ts';
import type { IntegrationCall } from './integrations.ts';
import { createJobs, type Jobs } from './jobs.ts';
import type { Mail } from './mails.ts';
import { createProject, type NewProject, type ProjectCreation } from './projects.ts';
import { createRepository } from './repository.ts';
import { createRoutes, type Routes } from './routes.ts';
import type { Settings } from './settings.ts';
import { loadState, saveState, type Group, type Project, type State } from './state.ts';

/** One accepted or refused push, for tests to read. */
export type PushRecord = {
  projectId: number;
  fullPath: string;
  wiki: boolean;
  username: string;
  refs: RefUpdate[];
  options: string[];
};

/** The server's memory and everything that API and git side share. */
export type Context = {
  readonly dir: string;
  readonly state: State;
  readonly settings: Settings;
  readonly routes: Routes;
  readonly credentials: Credentials;
  readonly jobs: Jobs;
  readonly pushes: PushRecord[];
  readonly pipelines: Pipeline[];
  /** What GitLab would have sent, the oldest first. */
  readonly mails: Mail[];
  readonly integrationCalls: IntegrationCall[];
  /** Branches by project that the API does not know yet (GL-166). */
  readonly unseenBranches: Map<number, Set<string>>;
  /** Default branches by project, as they were first seen (GL-163). */
  readonly seenDefaults: Map<number, string>;
  /** Where GitLab sits on this server: empty or like `/gitlab`. */
  readonly relativeUrl: string;
  /** What GitLab believes its address to be, with the relative URL, without a trailing slash. */
  externalUrl: string;
  /** Case-insensitive; does not follow redirects. */
  findProjectByPath(fullPath: string): Project | null;
  /** The project that had this path before it was renamed or moved. */
  findMovedProject(fullPath: string): Project | null;
  /** 0 without access, 10 to 50 for members, 60 for administrators. */
  accessLevel(actor: Actor | null, target: Project | Group): number;
  canRead(actor: Actor | null, target: Project | Group): boolean;
  gitDir(project: Project): string;
  wikiDir(project: Project): string;
  /** Makes the wiki's repository unless it is there, or nobody has asked for it yet (GL-270); false when there is none. */
  ensureWiki(project: Project): boolean;
  lfsDir(): string;
  /** Creation through the API and by push; validates like the model. */
  createProject(actor: Actor, input: NewProject): ProjectCreation;
  /** Null without any branch. */
  defaultBranch(project: Project): string | null;
  /** The branch name that an empty project shows. */
  defaultBranchPreference(project: Project): string;
  /** The git side tells what a push changed; HEAD and protection follow asynchronously (GL-162). */
  onPushed(project: Project, updates: RefUpdate[]): void;
  /** Runs a job later; `settle` brings all waiting jobs forward. */
  after(ms: number, job: () => void | Promise<void>): void;
  settle(): Promise<void>;
  /** To be called after every change of the state; it is written a little later. */
  changed(): void;
  /** Writes the state now. */
  save(): void;
};

export type ContextOptions = { dir: string; settings: Settings; relativeUrl: string };

/** Opens the server's memory in a directory. */
export function createContext(options: ContextOptions): Context {
  const { dir, settings } = options;
  const state = loadState(dir);
  const routes = createRoutes(state);
  const jobs = createJobs();
  let saving: NodeJS.Timeout | null = null;

  function save(): void {
    if (saving) clearTimeout(saving);
    saving = null;
    saveState(dir, state);
  }

  const context: Context = {
    dir,
    state,
    settings,
    routes,
    credentials: createCredentials(state, routes, settings),
    jobs,
    pushes: [],
    pipelines: [],
    mails: [],
    integrationCalls: [],
    unseenBranches: new Map(),
    seenDefaults: new Map(),
    relativeUrl: options.relativeUrl,
    externalUrl: '',
    findProjectByPath(fullPath) {
      const route = routes.find(fullPath);
      return route?.kind === 'project' ? route.project : null;
    },
    findMovedProject(fullPath) {
      const route = routes.redirect(fullPath);
      return route?.kind === 'project' ? route.project : null;
    },
    accessLevel: (actor, target) => accessLevel(routes, actor, target),
    canRead: (actor, target) => canRead(routes, actor, target),
    gitDir: (project) => join(dir, 'repositories', `${project.id}.git`),
    wikiDir: (project) => join(dir, 'repositories', `${project.id}.wiki.git`),
    ensureWiki: (project) => ensureWiki(context, project),
    lfsDir: () => join(dir, 'lfs-objects'),
    createProject: (actor, input) => createProject(context, actor, input),
    defaultBranch: (project) => defaultBranch(context, project),
    defaultBranchPreference: (project) => defaultBranchPreference(context, project),
    onPushed: (project, updates) => onPushed(context, project, updates),
    after: (ms, job) => jobs.after(ms, job),
    settle() {
      routes.late.settle();
      return jobs.settle();
    },
    changed() {
      saving ??= setTimeout(save, 200).unref();
    },
    save,
  };
  return context;
}

function ensureWiki(context: Context, project: Project): boolean {
  const wikiDir = context.wikiDir(project);
  if (existsSync(join(wikiDir, 'HEAD'))) return true;
  if (project.withoutWiki) return false;
  createRepository(wikiDir, context.defaultBranchPreference(project));
  return true;
}
