import * as z from 'zod';
import type { BranchProtection, RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { BranchRule } from '../model/people.ts';

/** Who may push to a branch and merge into it, by the least role; 0: nobody. Nobody may rewrite it. */
export const BranchLevels = z.object({ push: z.int(), merge: z.int() });
export type BranchLevels = z.infer<typeof BranchLevels>;

const developer = 30;
const maintainer = 40;

/**
 * GitBucket lets everybody who may write push to a protected branch, if there is neither a list of users nor a check;
 * pull requests may be merged in any case (GB-96). A level above Maintainers would keep later runs out as well.
 */
export function levelsOf({ statusChecks, pushers }: BranchRule): BranchLevels {
  return { push: statusChecks === null && pushers === null ? developer : maintainer, merge: developer };
}

/** The ref on the target that the rule is for; null when the source has no such branch any more. */
export function refOfRule({ branch }: BranchRule, { refs, renamed }: RefListing): string | null {
  const ref = renamed?.get(`refs/heads/${branch}`) ?? `refs/heads/${branch}`;
  return refs.has(ref) ? ref : null;
}

/** Names of the branches on the source, the default one first. */
export function branchesOf({ refs, renamed }: RefListing, first: string): string[] {
  const before = new Map([...(renamed ?? [])].map(([ref, name]) => [name, ref]));
  const names = [...refs.keys()]
    .map((ref) => before.get(ref) ?? ref)
    .filter((ref) => ref.startsWith('refs/heads/'))
    .map((ref) => ref.slice('refs/heads/'.length));
  return names.sort((a, b) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1));
}

/** What is known of one branch, besides what is wanted. */
export type BranchNow = {
  /** The rule of that very name on the target. */
  current: BranchProtection | undefined;
  /** What this tool set last, or saw to be right. */
  known: BranchLevels | undefined;
  /** It was about to replace it. */
  open: boolean;
  /** The tool made the project. */
  made: boolean;
  isDefault: boolean;
  /** A run has opened protections for a push. */
  lifted: boolean;
};

export type BranchVerdict =
  | { outcome: 'right'; levels: BranchLevels }
  | { outcome: 'protect' | 'replace'; levels: BranchLevels }
  | { outcome: 'kept'; why: string };

/**
 * What is done about the protection of a branch. What somebody set up stays. GitLab protects the default branch by itself
 * (GL-162, GL-170): that is made stricter where GitBucket is, and never looser.
 */
export function branchVerdict(wanted: BranchLevels, now: BranchNow): BranchVerdict {
  const { current, known, open, made, isDefault } = now;
  const strict = isDefault ? strictest(wanted, { push: maintainer, merge: maintainer }) : wanted;
  if (current === undefined) {
    if (known !== undefined && !open) return { outcome: 'kept', why: 'somebody removed its protection' };
    return { outcome: 'protect', levels: strict };
  }
  const levels = levelsIn(current);
  if (levels === null) return { outcome: 'kept', why: 'its protection names users, groups or keys' };
  const forced = current.forcePush && !now.lifted;
  if (!forced && (isSame(levels, strict) || (isDefault && isSame(strictest(levels, wanted), levels))))
    return { outcome: 'right', levels };
  const untouched = known === undefined ? made && isDefault : isSame(levels, known) && !forced;
  if (untouched || open)
    return { outcome: 'replace', levels: isDefault ? strictest(levels, strict) : strict };
  return { outcome: 'kept', why: `its protection is another one (${describe(levels, forced)})` };
}

/** Is the protection that a rule had set still ours, now that there is no rule any more? */
export function isLeftOver({
  current,
  known,
  isDefault,
  lifted,
}: Pick<BranchNow, 'current' | 'known' | 'isDefault' | 'lifted'>): boolean {
  if (current === undefined || known === undefined || isDefault) return false;
  const levels = levelsIn(current);
  return levels !== null && isSame(levels, known) && (!current.forcePush || lifted);
}

function levelsIn({ push, merge }: BranchProtection): BranchLevels | null {
  return push === null || merge === null ? null : { push: lowest(push), merge: lowest(merge) };
}

function lowest(levels: readonly number[]): number {
  const roles = levels.filter((level) => level > 0);
  return roles.length === 0 ? 0 : Math.min(...roles);
}

/** Nobody is stricter than any role. */
function strictness(level: number): number {
  return level === 0 ? Infinity : level;
}

function stricter(one: number, other: number): number {
  return strictness(one) >= strictness(other) ? one : other;
}

function strictest(one: BranchLevels, other: BranchLevels): BranchLevels {
  return { push: stricter(one.push, other.push), merge: stricter(one.merge, other.merge) };
}

function isSame(one: BranchLevels, other: BranchLevels): boolean {
  return one.push === other.push && one.merge === other.merge;
}

const roles: Readonly<Record<number, string>> = {
  0: 'nobody',
  30: 'Developers',
  40: 'Maintainers',
  60: 'administrators',
};

function role(level: number): string {
  return roles[level] ?? `level ${level}`;
}

function describe({ push, merge }: BranchLevels, forced: boolean): string {
  return `${role(push)} push, ${role(merge)} merge${forced ? ', history may be rewritten' : ''}`;
}

/** What a rule says on the source and GitLab does not know. */
export function ruleLosses(object: string, { branch, statusChecks, pushers }: BranchRule): Notice[] {
  const messages = [
    statusChecks === null
      ? null
      : `${branch} demands ${checksIn(statusChecks)} on GitBucket; on GitLab Maintainers may push without, and merge requests need a pipeline for it`,
    pushers === null
      ? null
      : `only ${pushers.length === 0 ? 'nobody' : pushers.join(', ')} may push to ${branch} on GitBucket; on GitLab every Maintainer may`,
  ];
  return messages.flatMap((message) =>
    message === null
      ? []
      : [{ code: 'branch-rule-differs', object, message: message.replace('only nobody', 'nobody'), fix: '' }],
  );
}

function checksIn(checks: readonly string[]): string {
  if (checks.length === 0) return 'status checks';
  return `the status ${checks.length === 1 ? 'check' : 'checks'} ${checks.join(', ')}`;
}

/** The protection of a branch that stays as somebody made it. */
export function keptRule(object: string, ref: string, why: string): Notice {
  const branch = ref.replace('refs/heads/', '');
  const message = `${branch} is protected on GitBucket; on GitLab ${why}, which is kept`;
  return { code: 'branch-rule-kept', object, message, fix: '' };
}
