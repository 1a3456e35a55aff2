import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BranchProtection } from '../model/forge.ts';
import { Notice } from '../model/notice.ts';
import type { BranchRules, Told } from '../model/people.ts';
import type { PlannedProject } from '../model/plan.ts';
import {
  BranchLevels,
  branchesOf,
  branchVerdict,
  isLeftOver,
  keptRule,
  levelsOf,
  refOfRule,
  ruleLosses,
  type BranchNow,
  type BranchVerdict,
} from '../plan/branch-rules.ts';
import { shortName } from '../gitlab/rules/ref-names.ts';
import { isMade } from '../plan/made.ts';
import type { Setting } from '../plan/setting-drift.ts';
import { isOff } from './quiet.ts';
import { knownTo, remark, type Decision, type Planning } from './step.ts';
import { readTold, undecided } from './told.ts';

const Rules = z.record(z.string(), BranchLevels);

export const Part = z.object({
  rules: Rules.describe('By full ref name on the target, of branches that the source has'),
  free: z
    .array(z.string())
    .describe('Branches that an earlier run protected and GitBucket does not any more'),
  main: z.string().describe('The default branch of the source, by its full name on the target'),
  made: z.boolean().describe('This tool makes the project, or made it'),
  due: z.boolean().describe('Something is to be written'),
  asked: z.string().nullable().describe('Hash of the branches, when all were asked for one by one'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
export type Part = z.infer<typeof Part>;

const Data = z.object({
  set: Rules.optional().describe('What this tool set last, or saw to be right'),
  open: z.record(z.string(), z.literal(true)).optional().describe('Protections that are being replaced'),
  asked: z.string().optional(),
});
export type Data = z.infer<typeof Data>;

/** What a plan shows of them, for a later one to be held against. */
export function shownRules(part: Part | null): Setting[] {
  if (part === null) return [];
  return [
    ...Object.entries(part.rules).map(([ref, levels]) => ({
      name: shortName(ref),
      as: [ref, ...Object.values(levels)].join(' '),
    })),
    ...part.free.map((ref) => ({ name: shortName(ref), as: `${ref} is free` })),
  ];
}

export const branchRecords = { name: 'branch-protection', data: Data } as const;

/** Decides what becomes of the rules of one repository; null when there are none and never were. */
export async function planRules(planning: Planning<PlannedProject>): Promise<Decision<Part> | null> {
  const { item, history, target, listings } = planning;
  const made = item.existing === null || isMade(history);
  const main = mainBranch(planning);
  const nothing = { rules: {}, free: [], main, made, due: false, asked: null, unread: null };
  const read = await readTold(item.id, () => readRules(planning));
  if ('unread' in read) return undecided({ ...nothing, unread: read.unread }, read.unread);
  const { value, asked } = read.told;
  if (value === null) return null;
  const rules: Part['rules'] = {};
  const notices = [...read.told.notices];
  for (const rule of value.rules) {
    const ref = refOfRule(rule, listings.source);
    if (ref === null) notices.push(goneRule(item.id, rule.branch));
    else {
      rules[ref] = levelsOf(rule);
      notices.push(...ruleLosses(item.id, rule));
    }
  }
  notices.push(...untoldRules(item.id, value.untold));
  const known = knownTo(branchRecords, history);
  const untold = new Set(value.untold.map((branch) => `refs/heads/${branch}`));
  const free = Object.keys(known?.set ?? {}).filter(
    (ref) => rules[ref] === undefined && listings.source.refs.has(ref) && !untold.has(ref),
  );
  const { length: count } = Object.keys(rules);
  const news = asked !== null && known?.asked !== asked;
  if (count === 0 && free.length === 0 && notices.length === 0 && !news) return null;
  const part = { ...nothing, rules, free, asked };
  if (item.existing === null)
    return {
      part: { ...part, due: count > 0 },
      changes: count > 0,
      state: 'proven',
      counts: countsOf(count, 0),
      notices,
    };
  if (count === 0 && free.length === 0) return { part, changes: false, state: 'proven', counts: {}, notices };
  const current = (await target.protectedBranches(item.existing.id)) ?? [];
  const { missing, kept, over } = decide(part, current, {
    id: item.id,
    known,
    lifted: isOff(history, 'force-push'),
    there: null,
  });
  const due = missing.length > 0 || over.length > 0;
  return {
    part: { ...part, due },
    changes: due,
    state: 'proven',
    counts: countsOf(missing.length, over.length),
    notices: [...notices, ...kept],
  };
}

/** In the words of the plan and the result. */
export function countsOf(protect: number, unprotect: number): Record<string, number> {
  return { ...(protect > 0 && { protect }), ...(unprotect > 0 && { unprotect }) };
}

type About = {
  id: string;
  known: Data | null;
  /** A run has opened protections for a push. */
  lifted: boolean;
  /** The refs on the target; null while they are not known. */
  there: ReadonlyMap<string, string> | null;
};

export type Due = { ref: string; verdict: Exclude<BranchVerdict, { outcome: 'kept' }> };
type Decided = {
  missing: Due[];
  right: Due[];
  /** What somebody chose. */
  kept: Notice[];
  /** Protections of ours that nothing wants any more. */
  over: string[];
};

/** What each rule comes to, by the protections that the project has. A branch that GitLab did not take needs none. */
export function decide(
  { rules, free, main, made }: Part,
  current: readonly BranchProtection[],
  { id, known, lifted, there }: About,
): Decided {
  const byName = new Map(current.map((rule) => [rule.pattern, rule]));
  const now = (ref: string): BranchNow => ({
    current: byName.get(shortName(ref)),
    known: known?.set?.[ref],
    open: known?.open?.[ref] === true,
    made,
    isDefault: ref === main,
    lifted,
  });
  const decided: Decided = { missing: [], right: [], kept: [], over: [] };
  for (const [ref, wanted] of Object.entries(rules)) {
    if (there !== null && !there.has(ref)) continue;
    const verdict = branchVerdict(wanted, now(ref));
    if (verdict.outcome === 'kept') decided.kept.push(keptRule(id, ref, verdict.why));
    else if (verdict.outcome === 'right') decided.right.push({ ref, verdict });
    else decided.missing.push({ ref, verdict });
  }
  decided.over.push(...free.filter((ref) => isLeftOver(now(ref))));
  return decided;
}

function mainBranch({ item, listings }: Planning<PlannedProject>): string {
  const ref = `refs/heads/${item.repository.defaultBranch}`;
  return listings.source.renamed?.get(ref) ?? ref;
}

type Answer = Told<BranchRules> & { asked: string | null };

/** Where nothing but the API tells, GitBucket reads all branches for each of these (GB-24). */
const mostAsked = 100;

/**
 * With an administrator's login, three queries tell the rules of the whole server. Else each branch is a question: they
 * are asked again only when other branches are there, beside the default one and those that were protected.
 */
async function readRules({ item, listings, history, source }: Planning<PlannedProject>): Promise<Answer> {
  const { repository } = item;
  const names = branchesOf(listings.source, repository.defaultBranch);
  if (names.length === 0) return { value: null, via: [], notices: [], asked: null };
  if ((await source.session()).state === 'administrator')
    return { ...(await source.branchRules(repository, names)), asked: null };
  const asked = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16);
  const known = knownTo(branchRecords, history);
  const again = known?.asked === asked;
  const before = new Map([...(listings.source.renamed ?? [])].map(([ref, name]) => [name, ref]));
  const earlier = Object.keys(known?.set ?? {}).map((ref) => shortName(before.get(ref) ?? ref));
  const matter = new Set([repository.defaultBranch, ...earlier]);
  const mattering = names.filter((name) => matter.has(name));
  const told = await source.branchRules(repository, again ? mattering : names.slice(0, mostAsked));
  if (told.value === null || told.via.includes('database')) return { ...told, asked: null };
  if (again) return { ...told, asked };
  const untold = [...told.value.untold, ...names.slice(mostAsked)];
  // Where no other branch is there, nothing is spared the next time.
  const spares = names.length > mattering.length;
  return { ...told, value: { ...told.value, untold }, asked: spares ? asked : null };
}

function goneRule(id: string, branch: string): Notice {
  const message = `GitBucket protects ${branch}, which does not exist: it is not protected on GitLab`;
  return remark('branch-rule-gone', id, message);
}

function untoldRules(id: string, untold: readonly string[]): Notice[] {
  if (untold.length === 0) return [];
  const [one = ''] = untold;
  const which = untold.length === 1 ? `of ${one}` : `of ${untold.length} branches, such as ${one},`;
  const message = `whether GitBucket protects them is not known ${which} without an administrator's login`;
  const fix = 'set "username" and "password" of an administrator under "source" in the config and run again';
  return [{ code: 'branch-rules-untold', object: id, message, fix }];
}
