import { refKind } from '../gitlab/rules/ref-names.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject, RefChange } from '../model/plan.ts';
import { pullNumber } from '../plan/pull-heads.ts';
import { remark, type Planning } from './step.ts';

/** What an empty project shows when nobody set a name (GL-129). */
const usualBranch = 'main';

/** The branch name that group or server set for empty projects; null when they set none, or do not tell. */
export function presetBranch({ item, input }: Planning<PlannedProject>): string | null {
  const shown = item.existing?.assumedDefaultBranch ?? usualBranch;
  if (shown !== usualBranch) return shown;
  const namespace = input.placements.get(item.repository.owner)?.namespace;
  return namespace?.assumedDefaultBranch ?? input.target.initialBranch;
}

/** Of the new names of one repository; `map.refs` has them all. */
const mostRenames = 100;

/** Whoever looks for a ref by its old name must find what has become of it. */
function renamesIn({ item, listings }: Planning<PlannedProject>, refs: readonly RefChange[]): Notice[] {
  const { renamed } = listings.source;
  if (renamed === undefined) return [];
  const there = new Set(refs.filter(({ outcome }) => outcome !== 'refused').map(({ ref }) => ref));
  const list = [...renamed].filter(([ref, name]) => there.has(name) && pullNumber(ref) === null);
  if (list.length === 0) return [];
  const [one, many] = list.flat().every(isBranch) ? ['branch', 'branches'] : ['ref', 'refs'];
  const names = list.slice(0, mostRenames).map(([ref, name]) => `${ref} → ${name}`);
  const more = list.length > mostRenames ? ` and ${list.length - mostRenames} more, as "map.refs" says` : '';
  const lead = list.length === 1 ? `1 ${one} has another name` : `${list.length} ${many} have other names`;
  return [remark('refs-renamed', item.id, `${lead} on GitLab: ${names.join(', ')}${more}`)];
}

/** What becomes of the heads of pull requests; names that are not as usual are told. */
function headsIn({ item, listings, input }: Planning<PlannedProject>): Notice[] {
  const { renamed = new Map<string, string>(), held } = listings.source;
  const prefix = input.config.migrate.pullRequestHeads;
  if (prefix === null) return [];
  const list = [...renamed].filter(([ref]) => pullNumber(ref) !== null);
  const other = list.filter(([ref, name]) => name !== `refs/heads/${prefix}${pullNumber(ref)}`);
  const shown = other.slice(0, mostRenames).map(([ref, name]) => `${ref} → ${name}`);
  const kept =
    list.length === 1
      ? `1 head of a pull request becomes a branch ${prefix}N`
      : `${list.length} heads of pull requests become branches ${prefix}N`;
  const more = other.length > mostRenames ? ` and ${other.length - mostRenames} more` : '';
  const names =
    shown.length === 0 ? '' : `, under another name where that one is taken: ${shown.join(', ')}${more}`;
  const contained = held?.size ?? 0;
  if (list.length === 0 && contained === 0) return [];
  const rest = contained === 0 ? '' : `; ${contained} need none, because a branch or tag holds the commit`;
  return [remark('pull-request-heads', item.id, `${kept}${names}${rest}`)];
}

/** What a reader would not expect of the refs. */
export function codeNotices(planning: Planning<PlannedProject>, refs: readonly RefChange[]): Notice[] {
  const { item, listings } = planning;
  const remarks = (listings.source.remarks ?? []).map(({ code, message }) => remark(code, item.id, message));
  return [...renamesIn(planning, refs), ...remarks, ...headsIn(planning), ...surprises(planning)];
}

function surprises(planning: Planning<PlannedProject>): Notice[] {
  const { item, listings, input } = planning;
  const renaming = (listings.source.warnings ?? []).map((message) => remark('ref-rename', item.id, message));
  const names = [...listings.source.refs.keys()];
  const tagged = names.some((ref) => refKind(ref) === 'tag');
  // Settings of the server are for administrators: then a refused tag cannot be foreseen (GL-182).
  const unknown = presetBranch(planning) === null && input.target.restricted === null;
  if (!tagged || !unknown) return renaming;
  if (!names.some(isBranch)) {
    const message =
      'it has no branch, and the token cannot read which branch name GitLab assumes in that case: GitLab refuses a tag with that name';
    return [remark('assumed-branch', item.id, message), ...renaming];
  }
  const { defaultBranch } = item;
  const tag = `refs/tags/${defaultBranch}`;
  const there = [...listings.target.refs.keys()];
  if (!listings.source.refs.has(tag) || there.some(isBranch) || there.includes(tag)) return renaming;
  const message = `it has a tag ${defaultBranch}, which GitLab refuses if the group or the server set that name for the default branch of new projects, which the token cannot read`;
  return [remark('assumed-branch', item.id, message), ...renaming];
}

function isBranch(ref: string): boolean {
  return refKind(ref) === 'branch';
}
