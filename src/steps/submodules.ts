import * as z from 'zod';
import { projectMissing } from '../failures/target.ts';
import { ObjectId, type RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import { blobId, readModules } from '../plan/git-modules.ts';
import { modulesRef } from '../plan/known-refs.ts';
import { moduleChanges, movedEarlier, withoutPassword, type ModuleChange } from '../plan/old-addresses.ts';
import { targetListing } from './code.ts';
import {
  knownTo,
  proven,
  remark,
  type Decision,
  type Outcome,
  type Planning,
  type Step,
  type WritingWork,
} from './step.ts';

const file = '.gitmodules';
const branch = modulesRef.replace('refs/heads/', '');

const Part = z.object({
  base: z.string().describe('Full name of the branch from which the new one begins'),
  file: z.string().describe('Id of its .gitmodules; empty when nothing is to be made'),
  changes: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })),
});
type Part = z.infer<typeof Part>;
const Data = z.object({
  commits: z.array(ObjectId).optional().describe('What the branch may hold of ours'),
  made: z.string().optional().describe('The file and the addresses for which the last of them was made'),
  refused: z.string().optional().describe('Why GitLab did not take it'),
});
type Data = z.infer<typeof Data>;
type ModulesWork = WritingWork<Data, PlannedProject>;

/**
 * Makes a branch with one commit, on top of the default branch, in which submodules lead to GitLab (`--fix-submodules`).
 * No other ref is touched. Once somebody has merged, removed or changed the branch, it is left alone.
 */
export const submodules: Step<Part, Data, PlannedProject> = {
  name: 'submodules',
  title: 'Submodules',
  of: 'project',
  stage: 'content',
  part: Part,
  data: Data,
  async plan(planning) {
    const known = knownTo(submodules, planning.history);
    const wanted = planning.input.config.migrate.fixSubmodules && planning.item.blocked === null;
    const decision = wanted ? await decide(planning, known) : null;
    return decision ?? (known === null ? null : asItIs(planning));
  },
  async run(part, work) {
    const { refs } = await targetListing(work);
    const standing = standingOf(part, work.known(), refs.get(modulesRef) ?? null);
    const counts = countsOf(part, standing);
    if (standing !== 'due') return { changed: false, counts };
    // Only on top of what is there: the branch must not bring in what GitLab refused, or what somebody else wrote.
    const base = work.sourceRefs.refs.get(part.base);
    if (base === undefined || refs.get(part.base) !== base)
      return { changed: false, counts: {}, notices: [remark('submodules-wait', work.item.id, waits(part))] };
    const outcome = await make(part, base, work);
    return { ...outcome, counts: outcome.changed ? counts : {} };
  },
  async verify(_, work) {
    const known = work.known();
    const there = (await targetListing(work)).refs.get(modulesRef) ?? null;
    const object = modulesRef;
    if (known?.refused !== undefined) {
      const fix = 'change the addresses in a clone of the project, as gb2gl plan --deep lists them';
      const difference = { code: 'submodules-refused', object, message: known.refused, fix };
      return { state: 'refused', compared: 1, hash: null, differences: [difference] };
    }
    if (there !== null && known?.commits?.includes(there)) return proven(1);
    if (known?.made === undefined && there === null) return proven(0);
    return { ...proven(1), differences: [leftAlone(there)] };
  },
};

/** The branch is no longer ours: what the plan says of it is what the proof says. */
function leftAlone(there: string | null): Notice {
  const message =
    there === null
      ? 'the branch with the new addresses was merged or removed: it is not made again'
      : 'the branch with the new addresses was changed by somebody else: it is left alone';
  return remark('submodules-kept', modulesRef, message);
}

/** Nothing is to be made; what was made is proven. */
function asItIs({ item }: Planning<PlannedProject>): Decision<Part> {
  const part = { base: `refs/heads/${item.defaultBranch ?? ''}`, file: '', changes: [] };
  return { part, changes: false, state: 'proven', counts: {}, notices: [] };
}

async function decide(
  planning: Planning<PlannedProject>,
  known: Data | null,
): Promise<Decision<Part> | null> {
  const { item, listings, input, source } = planning;
  const base = `refs/heads/${item.defaultBranch ?? ''}`;
  const tip = listings.source.refs.get(base);
  if (tip === undefined) return null;
  const text = await source.readFile(item.repository, tip, file);
  if (text === null) {
    const message = `GitBucket does not tell whether it has submodules: gb2gl plan --deep does`;
    return { ...asItIs(planning), notices: [remark('submodules-unread', item.id, message)] };
  }
  const all = moduleChanges(readModules(text), item, placesOf(input));
  if (all.length === 0) return null;
  const lost = all.filter(({ to }) => to === null).map((change) => lostNotice(item.id, change));
  const changes = all.flatMap(({ name, url, to }) =>
    to === null ? [] : [{ name, from: withoutPassword(url), to }],
  );
  const clash = clashIn(listings.source);
  if (changes.length === 0 || clash !== null) {
    const taken = clash === null ? [] : [remark('submodules-branch-taken', item.id, clash)];
    return { ...asItIs(planning), notices: [...taken, ...lost] };
  }
  const part = { base, file: blobId(text), changes };
  const there = listings.target.refs.get(modulesRef) ?? null;
  const standing = standingOf(part, known, there);
  const told =
    standing === 'theirs' ? [leftAlone(there)] : changes.map((change) => changeNotice(item.id, change));
  return {
    part,
    changes: standing === 'due',
    state: 'proven',
    counts: countsOf(part, standing),
    notices: [...told, ...lost],
  };
}

function placesOf({
  reader,
  source,
  target,
  paths,
  history,
}: Planning['input']): Parameters<typeof moduleChanges>[2] {
  const planned = [...paths].map(([id, { fullPath }]) => [id.toLowerCase(), fullPath] as const);
  const believed = reader.serverUrl ?? '';
  return {
    source: [...new Set([source.url, ...(URL.canParse(believed) ? [believed] : [])])],
    target: target.url,
    paths: new Map([...movedEarlier(history), ...planned]),
  };
}

/** The source may have such a branch itself, or one that git cannot have beside it. */
function clashIn({ refs }: RefListing): string | null {
  const taken = [modulesRef, 'refs/heads/gb2gl'].find((ref) => refs.has(ref));
  return taken === undefined
    ? null
    : `its submodules cannot be changed on a branch ${branch}: GitBucket has ${taken}`;
}

function changeNotice(id: string, { name, from, to }: Part['changes'][number]): Notice {
  return remark(
    'submodule',
    id,
    `on the branch ${branch}, submodule ${name} leads to ${to} instead of ${from}`,
  );
}

function lostNotice(id: string, { name, url, old }: ModuleChange): Notice {
  const goal = old.repository ?? 'its target';
  return remark(
    'submodule-lost',
    id,
    `submodule ${name} keeps its address ${withoutPassword(url)}: ${goal} is not on GitLab and not part of this plan`,
  );
}

function countsOf({ changes }: Part, standing: Standing): Record<string, number> {
  if (changes.length === 0 || standing === 'theirs') return {};
  return { [standing === 'due' ? 'changed' : 'unchanged']: changes.length };
}

/** What the commit is made for: as long as that stays, it stays. */
function purpose({ file: id, changes }: Part): string {
  return [id, ...changes.map(({ name, to }) => `${name} ${to}`)].join('\n');
}

/** `theirs`: somebody merged, removed or changed the branch, or made it. */
type Standing = 'due' | 'made' | 'theirs';

/** The branch is due while it is not there and never was, or holds what was made for other addresses. */
function standingOf(part: Part, known: Data | null, there: string | null): Standing {
  if (part.changes.length === 0) return 'made';
  // Started and never made: the run was killed in between.
  if (there === null) return known?.made === undefined ? 'due' : 'theirs';
  if (known?.commits?.includes(there) !== true) return 'theirs';
  return known.made === purpose(part) ? 'made' : 'due';
}

async function make(part: Part, base: string, work: ModulesWork): Promise<Outcome> {
  const { item, place, context, transport } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const { source, target } = context;
  const before = work.known()?.commits ?? [];
  const { commit, result, bytes } = await transport.addCommit({
    id: item.id,
    attempt: work.attempt,
    source: source.remote(item.repository, 'code'),
    target: target.remote(place.fullPath),
    base: { ref: part.base, id: base },
    file: { path: file, id: part.file },
    values: new Map(part.changes.map(({ name, to }) => [`submodule.${name}.url`, to])),
    message: messageOf(part),
    ref: modulesRef,
    old: work.targetRefs?.refs.get(modulesRef) ?? null,
    ensureTarget: () => target.ensureProject(place),
    beforeWrite: (id) => work.record('started', { data: { commits: [...new Set([...before, id])] } }),
    progress: (stage, percent, received) =>
      context.emit({ type: 'item-progress', id: item.id, stage, percent, bytes: received }),
    signal: context.runtime.aborting,
  });
  work.targetRefs = null;
  if (commit === null)
    return { changed: false, notices: [remark('submodules-wait', item.id, result.outcome)] };
  if (result.outcome === 'written') {
    await work.record('done', { data: { commits: [commit], made: purpose(part), refused: null } });
    return { changed: true, bytes };
  }
  const reason = 'reason' in result ? result.reason : '';
  if (result.outcome === 'refused') await work.record('done', { data: { refused: reason } });
  return { changed: false, bytes };
}

function waits({ base }: Part): string {
  return `no branch with new addresses of its submodules: GitLab does not have ${base} as GitBucket does`;
}

function messageOf({ changes }: Part): string {
  const lines = changes.map(({ name, to }) => `- ${name}: ${to}`);
  return `Let submodules lead to GitLab\n\nTheir addresses led to the server from which this project came.\n\n${lines.join('\n')}\n`;
}
