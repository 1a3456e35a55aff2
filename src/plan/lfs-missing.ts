import type { LfsHistory, MissingKind, MissingObject, PointerBlob, PointerPlace } from '../model/lfs.ts';
import type { Notice } from '../model/notice.ts';
import type { LfsObject } from '../model/source.ts';
import { formatBytes, plural, shellWord } from '../text/format.ts';
import { leadsTo, shownAddress } from './lfs-servers.ts';

/** An object that GitLab does not get, and why as far as the servers told. */
export type Absent = { object: LfsObject; kind: 'lost' | 'silent' | 'unsent'; detail: string };

export type Judging = {
  history: LfsHistory;
  /** By the id of the blob. */
  places: ReadonlyMap<string, PointerPlace>;
  /** URL of the source. */
  source: string;
  /** Ids, paths, or `all`: `migrate.allowMissingLfs`. */
  allow: readonly string[];
};

export type Verdict = {
  missing: MissingObject[];
  /** Refs that do not move, since their history needs an object that nobody allowed to be missing. */
  refused: Record<string, { reason: string; fix: string }>;
};

/**
 * Decides what each absent object is, and which refs it keeps back. A text that no attribute gives to Git LFS is a
 * sample, and what a branch with a `.lfsconfig` of another server names is there: neither keeps anything back.
 */
export function judgeAbsent(absent: readonly Absent[], judging: Judging): Verdict {
  const texts = textsByObject(judging.history.pointers);
  const others = otherServers(judging);
  const missing: MissingObject[] = [];
  const needed = new Map<string, MissingObject[]>();
  for (const one of absent) {
    const blobs = texts.get(one.object.oid) ?? [];
    const [first] = blobs;
    if (first === undefined) continue;
    const places = blobs.flatMap(({ blob }) => judging.places.get(blob) ?? []);
    const refs = [...new Set(places.flatMap((place) => place.refs))];
    const tracked = blobs.some(({ blob, valid }) => valid && judging.places.get(blob)?.tracked !== false);
    const elsewhere = refs.map((ref) => others.get(ref)).find((address) => address !== undefined);
    const object: MissingObject = {
      ...one.object,
      ...kindOf(one, tracked, elsewhere),
      path: first.path,
      ref: refs[0] ?? '',
      commit: places[0]?.commit || first.commit,
      allowed: blobs.some(({ oid, path }) => isAllowed(oid, path, judging.allow)),
    };
    missing.push(object);
    if (!keepsBack(object)) continue;
    for (const ref of refs) {
      const known = needed.get(ref);
      if (known) known.push(object);
      else needed.set(ref, [object]);
    }
  }
  const refused = Object.fromEntries([...needed].map(([ref, objects]) => [ref, refusalFor(objects)]));
  return { missing, refused };
}

/** True for an object without which nothing that needs it moves. */
export function keepsBack({ kind, allowed }: MissingObject): boolean {
  return !allowed && kind !== 'sample' && kind !== 'elsewhere';
}

function textsByObject(pointers: readonly PointerBlob[]): Map<string, PointerBlob[]> {
  const texts = new Map<string, PointerBlob[]>();
  for (const pointer of pointers) {
    const known = texts.get(pointer.oid);
    if (known) known.push(pointer);
    else texts.set(pointer.oid, [pointer]);
  }
  return texts;
}

/** Branches that have their objects on another server, by full name. */
function otherServers({ history, source }: Judging): Map<string, string> {
  const others = history.configured.filter(({ address }) => !leadsTo(address, source));
  return new Map(others.map(({ branch, address }) => [`refs/heads/${branch}`, shownAddress(address)]));
}

function kindOf(
  { kind, detail }: Absent,
  tracked: boolean,
  elsewhere: string | undefined,
): { kind: MissingKind; detail: string } {
  if (kind === 'unsent') return { kind, detail };
  if (!tracked) return { kind: 'sample', detail: '' };
  return elsewhere === undefined ? { kind, detail } : { kind: 'elsewhere', detail: elsewhere };
}

/** What is allowed to be missing although nothing of that name is known to be, or is mistyped: one sentence for each. */
export function idleAllowances(allow: readonly string[], missing: readonly MissingObject[]): string[] {
  const named = allow.filter((entry) => entry !== 'all');
  const idle = named.filter((entry) => !missing.some(({ oid, path }) => isAllowed(oid, path, [entry])));
  return idle.map((entry) => {
    const short = /^[0-9a-f]{4,63}(?:…|\.\.\.)?[0-9a-f]*$/i.test(entry) && entry.length !== 64;
    const note = short ? ': an id must be given whole, with its 64 digits' : '';
    return `${entry} among what may be missing (--allow-missing-lfs, "allowMissingLfs") has no effect: no LFS object that is known to be missing has this id or path${note}`;
  });
}

function isAllowed(oid: string, path: string, allow: readonly string[]): boolean {
  return allow.some((entry) => entry === 'all' || entry.toLowerCase() === oid || entry === path);
}

/** As people find it: by its path where it has one. */
function nameOf({ path, oid }: MissingObject): string {
  return path === '' ? oid : path;
}

function refusalFor(objects: readonly MissingObject[]): { reason: string; fix: string } {
  const [first] = objects;
  if (first === undefined) return { reason: '', fix: '' };
  const number = plural(objects.length, 'LFS object');
  const example = `${objects.length === 1 ? '' : 'such as '}${nameOf(first)} (${first.oid})`;
  const reason = `its history needs ${number} that GitLab does not get: ${example}, ${whyOf(first)}`;
  // The object itself says what to do: reports show it beside the ref.
  const fix = objects.length === 1 ? `apply the fix of ${nameOf(first)}` : 'apply the fixes of these objects';
  return { reason, fix };
}

function whyOf({ kind, detail }: MissingObject): string {
  if (kind === 'unsent') return `which did not get through (${detail})`;
  return kind === 'silent' ? 'since GitBucket serves no LFS objects' : 'which GitBucket does not have';
}

/** The ways out for one object, or for one and those like it. */
function fixOf({ kind, oid }: MissingObject, count = 1): string {
  const allow = `--allow-missing-lfs ${count === 1 ? oid : 'all (or the id or path of each)'}`;
  const leave = `or move without ${count === 1 ? 'it' : 'them'}: ${allow}`;
  if (kind === 'silent')
    return `set "Base URL" on GitBucket (System administration > System settings) and run again; ${leave}`;
  if (kind === 'unsent') return `remove the reason and run again; ${leave}`;
  const push = count === 1 ? `--object-id origin ${oid}` : '--all origin';
  return `push ${count === 1 ? 'it' : 'them'} to GitBucket from a clone that has ${count === 1 ? 'it' : 'them'} (git lfs push ${push}) and run again; ${leave}`;
}

/** Of one kind in one repository: more of them have one cause. */
const mostShown = 100;

/** What reports say of the objects that GitLab does not get, each with its path, a ref and the last commit. */
export function missingNotices(missing: readonly MissingObject[], repository: string): Notice[] {
  const codes = new Set(missing.map((object) => codeOf(object)));
  return [...codes].flatMap((code) => {
    const all = missing.filter((object) => codeOf(object) === code);
    const notices = all.slice(0, mostShown).map((object) => noticeFor(object, code));
    const [next] = all.slice(mostShown);
    if (next === undefined) return notices;
    const count = all.length - mostShown;
    const message = `${plural(count, 'more LFS object')}: ${sentenceOf(next)}`;
    return [
      ...notices,
      { code, object: repository, message, fix: keepsBack(next) ? fixOf(next, count) : '' },
    ];
  });
}

function codeOf(object: MissingObject): string {
  if (object.kind === 'sample' || object.kind === 'elsewhere') return `lfs-${object.kind}`;
  return keepsBack(object) ? 'lfs-missing-refused' : 'lfs-missing';
}

function noticeFor(object: MissingObject, code: string): Notice {
  const { oid, size, ref, commit } = object;
  const back = keepsBack(object);
  const name = nameOf(object);
  const where = [
    // Where nothing has to be done, reports show the words alone.
    ...(back || name === oid ? [] : [name]),
    oid,
    formatBytes(size),
    ...(ref === '' ? [] : [ref.replace(/^refs\/heads\//, 'branch ')]),
    ...(commit === '' ? [] : [`last commit ${commit}`]),
  ].join(', ');
  const message = `${sentenceOf(object)} (${where})`;
  return { code, object: name, message, fix: back ? fixOf(object) : '' };
}

function sentenceOf({ kind, detail, allowed }: MissingObject): string {
  if (kind === 'sample')
    return 'looks like an LFS pointer, but no .gitattributes tracks it and GitBucket has no such object: it moves as the text that it is';
  if (kind === 'elsewhere') return `its LFS object stays on ${detail}, which .lfsconfig names`;
  const moved = allowed ? '; its refs move without it, as you allowed' : '';
  if (kind === 'unsent') return `its LFS object did not get through: ${detail}${moved}`;
  return kind === 'silent'
    ? `its LFS object cannot be read: GitBucket answers no LFS request, since its base URL is not set${moved}`
    : `its LFS object is lost: GitBucket does not have it${moved}`;
}

/** Branches whose clones would go on asking the old server for their objects. */
export function oldAddressNotices(
  { configured }: LfsHistory,
  repository: string,
  { source, target }: { source: string; target: string },
): Notice[] {
  const old = configured.filter(({ address }) => leadsTo(address, source));
  const [first] = old;
  if (first === undefined) return [];
  const names = old.slice(0, mostShown).map(({ branch }) => branch);
  const more = old.length > mostShown ? ` and ${old.length - mostShown} more` : '';
  const address = `${target}.git/info/lfs`;
  return [
    {
      code: 'lfs-old-address',
      object: repository,
      message: `.lfsconfig on ${names.join(', ')}${more} names ${shownAddress(first.address)}: clones go on asking the old server for LFS objects until it says ${address} (git config -f .lfsconfig lfs.url ${shellWord(address)}), or is removed`,
      fix: '',
    },
  ];
}
