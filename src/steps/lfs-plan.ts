import { isFatal, noticeOf } from '../failures/index.ts';
import { lfsOff } from '../failures/lfs.ts';
import { travelling } from '../gitlab/rules/ref-names.ts';
import type { LfsSearch } from '../lfs/finder.ts';
import type { LfsHistory } from '../model/lfs.ts';
import type { Notice } from '../model/notice.ts';
import { isWrite, type PlannedProject, type RefChange } from '../model/plan.ts';
import type { LfsObject } from '../model/source.ts';
import { codeRecords } from '../plan/known-refs.ts';
import { keepsBack, missingNotices, oldAddressNotices, type Absent } from '../plan/lfs-missing.ts';
import {
  absentOf,
  bytesOf,
  countsOf,
  judge,
  leftBehindAdvice,
  objectsOf,
  offNotice,
  searchOf,
  unlessOff,
} from './lfs-look.ts';
import { lfsRecords, noLfs, type LfsPart } from './lfs-part.ts';
import { isOff } from './quiet.ts';
import { knownTo, remark, type Decision, type Planning } from './step.ts';

/** What would be copied, what cannot be, and which refs that keeps back. Asks nothing of a repository that has not moved. */
export async function planLfs(planning: Planning<PlannedProject>): Promise<Decision<LfsPart> | null> {
  const { item, input, listings, source, look } = planning;
  if (!input.config.migrate.lfs || item.blocked !== null) return null;
  const progress = (stage: string): void => look.tell(`${item.id} ${stage}`);
  const context = { config: input.config, source, finder: look.finder };
  const refs = travelling(listings.source.refs, input.config.migrate);
  const differs = [...refs.keys()].some((ref) => refs.get(ref) !== listings.target.refs.get(ref));
  if (!(await isSuspected(planning, differs))) return null;
  try {
    const search = searchOf(item, listings.source, context, { progress, signal: look.signal });
    const history = await look.finder.history(search);
    if (history.pointers.length === 0) return null;
    return await decide(planning, { search, history });
  } catch (error) {
    if (isFatal(error)) throw error;
    const notice = { ...noticeOf(error, item.id), object: item.id };
    return { ...decision(noLfs, [notice]), state: 'failed' };
  }
}

/** What is to be written although GitLab will refuse it, because objects do not move; told where one question shows it. */
export async function lfsLeftBehind(
  planning: Planning<PlannedProject>,
  refs: readonly RefChange[],
): Promise<Notice[]> {
  const { item, input, target } = planning;
  if (input.config.migrate.lfs || item.blocked !== null || !refs.some(isWrite)) return [];
  if (!(await speaksForLfs(planning)) || !(await target.servesLfs())) return [];
  if (item.existing !== null && !(await target.checksLfs(item.existing.id))) return [];
  const message = `its files are in Git LFS, and "lfs": false leaves the objects on GitBucket: GitLab refuses every branch and tag that needs one; ${leftBehindAdvice}`;
  return [remark('lfs-left-behind', item.id, message)];
}

function decision(part: LfsPart, notices: Notice[] = []): Decision<LfsPart> {
  return { part, changes: false, state: 'proven', counts: {}, notices };
}

/** Does anything speak for LFS? Costs a request for what is to be written, or is not in the journal. */
async function isSuspected(planning: Planning<PlannedProject>, differs: boolean): Promise<boolean> {
  const { history, look } = planning;
  if (look.always || (knownTo(lfsRecords, history)?.objects ?? 0) > 0) return true;
  if (!differs && history?.steps.has(codeRecords.name)) return false;
  // Where the source does not tell, there may be some.
  return (await speaksForLfs(planning)) ?? true;
}

/** Does the default branch give files to Git LFS? Null where the source does not tell. */
async function speaksForLfs({ item, listings, source }: Planning<PlannedProject>): Promise<boolean | null> {
  const tip = listings.source.refs.get(`refs/heads/${item.defaultBranch}`);
  if (tip === undefined) return false;
  const attributes = await source.readFile(item.repository, tip, '.gitattributes');
  return attributes === null ? null : /\bfilter=lfs\b/.test(attributes);
}

type Found = { search: LfsSearch; history: LfsHistory };

/** What is lacking, and what of it the source has. What the journal knows of these refs is not asked again. */
async function decide(planning: Planning<PlannedProject>, found: Found): Promise<Decision<LfsPart>> {
  const { item, input, source, look } = planning;
  const context = { config: input.config, source, finder: look.finder };
  const all = objectsOf(found.history);
  const lacking = await unlessOff(lackingOf(all, found.search.key, planning));
  const told = oldAddressNotices(found.history, item.id, addressesOf(item, planning));
  if (lacking === null) {
    const part = { ...noLfs, objects: all.length, off: true };
    return { ...decision(part, [offNotice(item, found.history), ...told]), state: 'refused' };
  }
  const asked = await absentOf(lacking.open, item, context);
  const { missing, refused } = await judge([...asked, ...lacking.settled], found, context);
  const gone = new Set(missing.map(({ oid }) => oid));
  const copies = lacking.open.filter(({ oid }) => !gone.has(oid));
  const bytes = bytesOf(copies);
  const unchanged = all.length - copies.length - gone.size;
  return {
    part: { objects: all.length, bytes, off: false, missing, refused },
    changes: copies.length > 0,
    state: missing.some(keepsBack) ? 'refused' : 'proven',
    counts: countsOf({ create: copies.length, unchanged }, { missing }),
    bytes,
    notices: [...told, ...missingNotices(missing, item.id)],
  };
}

function addressesOf(item: PlannedProject, { input, target }: Planning): { source: string; target: string } {
  return { source: input.config.source.url, target: `${target.url}/${item.fullPath}` };
}

type Lacking = {
  /** Objects of which the source must say whether it has them. */
  open: LfsObject[];
  /** Samples, and what is on another server: nobody needs to be asked again while the refs have not moved. */
  settled: Absent[];
};

async function lackingOf(
  all: readonly LfsObject[],
  key: string,
  { item, history, target, look }: Planning<PlannedProject>,
): Promise<Lacking> {
  const known = knownTo(lfsRecords, history);
  if (item.existing === null) {
    if (await target.servesLfs()) return { open: [...all], settled: [] };
    throw lfsOff(item.fullPath, { detail: 'it is off on the whole server', whole: 'yes' });
  }
  if (known?.refs !== key) {
    // It is off for us: what is there cannot be asked now.
    if (isOff(history, 'lfs')) return { open: [...all], settled: [] };
    return { open: await target.lfs(item.existing.fullPath).unprovable(all, look.signal), settled: [] };
  }
  const before = all.flatMap((object) => {
    const kind = known.missing?.[object.oid];
    return kind === undefined ? [] : [{ object, settled: kind === 'sample' || kind === 'elsewhere' }];
  });
  return {
    open: before.filter(({ settled }) => !settled).map(({ object }) => object),
    settled: before
      .filter(({ settled }) => settled)
      .map(({ object }) => ({ object, kind: 'lost', detail: '' })),
  };
}
