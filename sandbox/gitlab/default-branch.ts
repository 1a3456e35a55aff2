import type { Context } from './context.ts';
import { isProtected } from './protections.ts';
import { effectiveDefaultBranch, readRef, readRefs, writeHead } from './repository.ts';
import type { BranchProtection } from './settings.ts';
import type { Project } from './state.ts';

/** One ref as a push changed it; forty zeros stand for absence. */
export type RefUpdate = { ref: string; old: string; new: string };

const ABSENT = /^0+$/;

/** The name that an empty project shows. */
export function defaultBranchPreference(context: Context, project: Project): string {
  return prescribedBranch(context, project) ?? 'main';
}

/** The group's initial branch name, else the instance's; null where nobody names one. */
export function prescribedBranch(context: Context, project: Project): string | null {
  const group = context.routes.group(project.namespaceId);
  const preferred = group?.attributes['default_branch'];
  return typeof preferred === 'string' && preferred !== '' ? preferred : context.settings.defaultBranchName;
}

/** The default branch; once it was looked at it stays, whatever branches come, until another is chosen (GL-163). */
export function defaultBranch(context: Context, project: Project): string | null {
  const gitDir = context.gitDir(project);
  const seen = context.seenDefaults.get(project.id);
  if (seen !== undefined && readRef(gitDir, `refs/heads/${seen}`) !== null) return seen;
  const found = effectiveDefaultBranch(gitDir);
  if (found !== null) context.seenDefaults.set(project.id, found);
  return found;
}

export function changeDefaultBranch(context: Context, project: Project, branch: string): void {
  writeHead(context.gitDir(project), branch);
  context.seenDefaults.set(project.id, branch);
}

/** Protection that a new default branch of this project gets. */
export function defaultBranchProtection(context: Context, project: Project): BranchProtection {
  const attributes = context.routes.group(project.namespaceId)?.attributes ?? {};
  const details = attributes['default_branch_protection_defaults'];
  if (typeof details === 'object' && details !== null) return levelOf(details);
  const own = attributes['default_branch_protection'];
  return typeof own === 'number' ? (own as BranchProtection) : context.settings.defaultBranchProtection;
}

type ProtectionDetails = {
  allowed_to_push?: { access_level: number }[] | undefined;
  allowed_to_merge?: { access_level: number }[] | undefined;
  allow_force_push?: boolean | undefined;
  developer_can_initial_push?: boolean | undefined;
};

/** The newer spelling of a setting, as the older number. */
export function levelOf(details: ProtectionDetails): BranchProtection {
  const developersPush = Number(details.allowed_to_push?.[0]?.access_level) === 30;
  if (developersPush) return details.allow_force_push ? 0 : 1;
  if (details.developer_can_initial_push) return 4;
  return Number(details.allowed_to_merge?.[0]?.access_level) === 30 ? 3 : 2;
}

/** The older number in the newer spelling. */
export function detailsOf(level: BranchProtection): ProtectionDetails {
  return {
    allowed_to_push: [{ access_level: level < 2 ? 30 : 40 }],
    allow_force_push: level === 0,
    allowed_to_merge: [{ access_level: level < 2 || level === 3 ? 30 : 40 }],
    developer_can_initial_push: level === 4,
  };
}

/** What the background job after a push does for a created branch that is the default (GL-162). */
export function onPushed(context: Context, project: Project, updates: RefUpdate[]): void {
  project.lastActivityAt = new Date().toISOString();
  context.changed();
  const created = updates.filter(
    (update) => update.ref.startsWith('refs/heads/') && ABSENT.test(update.old) && !ABSENT.test(update.new),
  );
  if (created.length === 0) return;
  const branches = (): number => readRefs(context.gitDir(project), 'refs/heads/').size;
  // There is no list yet of what had no branch.
  if (context.settings.staleBranchLists && branches() > created.length) {
    const known = context.unseenBranches.get(project.id) ?? [];
    context.unseenBranches.set(project.id, new Set([...known, ...created.map(({ ref }) => ref.slice(11))]));
  }
  context.after(context.settings.asyncDelayMs, () => {
    context.unseenBranches.delete(project.id);
    const branch = defaultBranch(context, project);
    if (branch === null || !created.some(({ ref }) => ref === `refs/heads/${branch}`)) return;
    writeHead(context.gitDir(project), branch);
    protectByDefault(context, project, branch);
  });
}

export function protectByDefault(context: Context, project: Project, branch: string): void {
  const protection = defaultBranchProtection(context, project);
  if (protection === 0 || isProtected(project, branch)) return;
  project.protectedBranches.push({
    id: context.state.nextId.other++,
    name: branch,
    pushAccessLevel: protection === 1 ? 30 : 40,
    mergeAccessLevel: protection === 1 || protection === 3 ? 30 : 40,
    allowForcePush: false,
  });
  context.changed();
}
