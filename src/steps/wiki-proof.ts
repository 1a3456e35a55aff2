import { Failure } from '../failures/failure.ts';
import { projectMissing } from '../failures/target.ts';
import { wikiAbsent, wikiOff } from '../failures/wiki.ts';
import type { RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import { partKey } from '../model/source.ts';
import { compareRefs, reasonOf } from '../plan/ref-proof.ts';
import { pageList, slugsOf, type PageList } from '../plan/wiki-pages.ts';
import { planWikiRefs } from '../plan/wiki-refs.ts';
import { proven, remark, type Work } from './step.ts';
import type { Data, Part } from './wiki-parts.ts';

type WikiWork = Work<Data, PlannedProject>;

/**
 * The refs by their ids, and the pages as GitLab lists them: a wiki may have arrived on a branch that nobody is shown
 * (GL-273).
 */
export async function proveWiki(part: Part, work: WikiWork): Promise<Check> {
  if (part.unread !== null) return { state: 'failed', compared: 0, hash: null, differences: [part.unread] };
  if (part.skipped !== null) return proven(0);
  const target = await targetListing(work);
  const source = sourceListing(part, target, work);
  if (target === null) return closed(part, source, work);
  const check = compareRefs(source, target, { notes: false, changes: part.refs, known: work.known() });
  const differences = check.differences.map((each) => ofWiki(work.item.id, each));
  if (check.state !== 'proven') return { ...check, differences };
  const pages = await comparePages(part, source, work);
  return pages === null ? check : { ...check, ...pages };
}

/** Refs are told apart from those of the code. */
export function ofWiki(id: string, notice: Notice): Notice {
  return { ...notice, object: `${notice.object} of the wiki of ${id}` };
}

/** Null when the wiki is switched off on GitLab. */
async function targetListing(work: WikiWork): Promise<RefListing | null> {
  const { item, place, context } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const read = work.wikiRefs?.target ?? null;
  if (read !== null) return read;
  try {
    return await context.target.listRefs(place.fullPath, 'wiki');
  } catch (error) {
    if (error instanceof Failure && error.code === wikiAbsent.code) return { refs: new Map(), head: null };
    if (error instanceof Failure && error.code === wikiOff.code) return null;
    throw error;
  }
}

/** Under the names with which they travel: as the run left them, else as they were listed for the plan. */
function sourceListing(part: Part, target: RefListing | null, work: WikiWork): RefListing {
  if (work.wikiRefs !== undefined) return work.wikiRefs.source;
  const listed = work.context.listings.source.get(partKey(work.item.id, 'wiki'));
  const there = target ?? { refs: new Map(part.refs.map(({ ref, old }) => [ref, old ?? ''])), head: null };
  const source = listed ?? { refs: new Map(), head: null };
  return planWikiRefs({ source, target: there, written: new Map(), moved: null, prune: false }).listing;
}

/**
 * What cannot be seen is proven by the journal alone: nobody can have pushed since, nor can anybody look. Only ids count
 * that GitLab took or showed, not what was about to be sent.
 */
function closed(part: Part, source: RefListing, work: WikiWork): Check {
  const { id, fullPath } = work.item;
  const differences = leftBehind(part, source, work);
  const explained = new Set(differences.map(({ object }) => object));
  const { arrived = {} } = work.known() ?? {};
  const unknown = [...source.refs].some(([ref, tip]) => arrived[ref] !== tip && !explained.has(ref));
  const told = differences.map((each) => ofWiki(id, each));
  if (unknown) {
    const { message, fix } = wikiOff(fullPath).notice;
    told.push({ code: 'wiki-off-refused', object: `wiki of ${id}`, message, fix });
  }
  if (told.length > 0) {
    const diverged = told.some(({ code }) => code === 'ref-diverged');
    return { state: diverged ? 'diverged' : 'refused', compared: 0, hash: null, differences: told };
  }
  const message =
    'its wiki is switched off on GitLab and cannot be compared; it was equal when this tool moved it';
  return { ...proven(0), differences: [remark('wiki-off', id, message)] };
}

/** What the plan and the journal say of refs that GitLab does not have as GitBucket has them. */
function leftBehind(part: Part, source: RefListing, work: WikiWork): Notice[] {
  const changes = new Map(part.refs.map((change) => [change.ref, change]));
  const { left = {} } = work.known() ?? {};
  const names = new Set([...source.refs.keys(), ...Object.keys(left)]);
  return [...names].flatMap((ref) => {
    const tip = source.refs.get(ref);
    const change = changes.get(ref);
    const before = left[ref];
    const planned = change?.new === tip ? reasonOf(change) : null;
    const why = planned ?? (before?.id === tip ? before : undefined);
    if (why === undefined) return [];
    const { outcome, reason, fix } = why;
    const message = `${reason}; its wiki is switched off on GitLab, so this is what was seen there last`;
    const look = `${fix}; switch the wiki on for a new look at what GitLab has`;
    return [{ code: `ref-${outcome}`, object: ref, message, fix: look }];
  });
}

/** Null when GitLab lists the pages that are at the tip of the branch. */
async function comparePages(
  part: Part,
  source: RefListing,
  work: WikiWork,
): Promise<Pick<Check, 'state' | 'differences'> | null> {
  const { item, place, context } = work;
  const tip = source.refs.get(part.branch ?? '');
  if (place === null || tip === undefined) return null;
  const expected = await expectedPages(part, tip, work);
  if (expected === null) {
    const message = 'its wiki is too large for its pages to be read: only the refs of the wiki were compared';
    return { state: 'proven', differences: [remark('wiki-pages-unread', item.id, message)] };
  }
  const found = await context.target.wikiPages(place);
  if (pageList(found).hash === expected.hash) return null;
  const shown = await namesOf(tip, found, work);
  const branch = part.branch?.replace('refs/heads/', '') ?? '';
  const difference: Notice = {
    code: 'wiki-pages-differ',
    object: `wiki of ${item.id}`,
    message: `GitLab lists ${found.length} pages where the branch ${branch} has ${expected.count}${shown}: it shows another branch`,
    fix: `delete the other branches of the wiki on GitLab with git, after a look at what they hold; then run again`,
  };
  return { state: 'failed', differences: [difference] };
}

async function expectedPages(part: Part, tip: string, work: WikiWork): Promise<PageList | null> {
  if (part.tip === tip) return part.pages;
  const known = work.known()?.pages;
  if (known?.tip === tip) return known;
  const content = await work.context.source.wikiAt(work.item.repository, tip);
  return content === null ? null : pageList(slugsOf(content.files));
}

const mostNamed = 5;

async function namesOf(tip: string, found: readonly string[], work: WikiWork): Promise<string> {
  const content = await work.context.source.wikiAt(work.item.repository, tip);
  const there = new Set(found);
  const missing = slugsOf(content?.files ?? new Map()).filter((slug) => !there.has(slug));
  if (missing.length === 0) return '';
  const more = missing.length > mostNamed ? ', …' : '';
  return ` (missing: ${missing.slice(0, mostNamed).join(', ')}${more})`;
}
