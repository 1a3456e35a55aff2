import type { Config } from '../config/schema.ts';
import type { Failure } from '../failures/failure.ts';
import { unknownSelection } from '../failures/usage.ts';
import type { History } from '../journal/history.ts';
import type { Owner } from '../model/forge.ts';
import type { Source, Inventory } from '../model/source.ts';
import type { Target } from '../model/target.ts';
import { isPlain, type Rule, type Selection } from '../plan/selection.ts';
import { nearest, someOf } from '../text/nearest.ts';

/** What is known of the source's names. */
export type KnownNames = {
  owners: readonly Owner[];
  /** False when the source has no list of its owners: an owner that is not among them may be there all the same. */
  complete: boolean;
  /** `owner/name` of all repositories of each owner whose list was read, selected or not. */
  listed: ReadonlyMap<string, readonly string[]>;
  /** `owner/name` of those that are selected. */
  selected: readonly string[];
  /** What was found but could not be read. */
  failed: ReadonlySet<string>;
  /** Owners and `owner/name` that the journal knows: they were there once, so they are not mistyped. */
  moved: ReadonlySet<string>;
};

/** A name of the command line or the config that means nothing on the source. */
export type Unmatched = {
  option: string;
  text: string;
  nearest: string | null;
  note: string | null;
  /** The owner whose list, not read so far, holds what was most likely meant. */
  askOwner: string | null;
};

/** Every name of the selection that matches nothing, in the order of the command line and the config. */
export function unmatchedRules({ all, rules }: Selection, known: KnownNames): Unmatched[] {
  const found = [
    ...rules.groups.map((rule) => unmatchedOwner(rule, 'group', known)),
    ...rules.users.map((rule) => unmatchedOwner(rule, 'user', known)),
    ...rules.repositories.map((rule) => (all ? unknownName(rule, known) : unmatchedRepository(rule, known))),
    ...rules.exclusions.map((rule) => unmatchedExclusion(rule, known)),
  ];
  return found.filter((each) => each !== null);
}

function unmatchedOwner(rule: Rule, kind: Owner['kind'], known: KnownNames): Unmatched | null {
  const logins = known.owners.filter((owner) => owner.kind === kind).map(({ login }) => login);
  if (logins.some(rule.matches) || known.failed.has(rule.text)) return null;
  const other = known.owners.find(({ login }) => login === rule.text);
  if (other) return { ...nothing(rule), note: `it is a ${other.kind}: use --${other.kind} ${other.login}` };
  return { ...nothing(rule), nearest: nearest(rule.text, logins) };
}

/** A repository of the command line, which must be there and be taken. */
function unmatchedRepository(rule: Rule, known: KnownNames): Unmatched | null {
  if (known.selected.some(rule.matches) || known.failed.has(rule.text)) return null;
  if ([...known.listed.values()].flat().some(rule.matches))
    return { ...nothing(rule), note: 'it exists but is excluded' };
  return unknownName(rule, { ...known, complete: true, moved: new Set() }) ?? nothing(rule);
}

/** A group or user may be excluded by its name alone. */
function unmatchedExclusion(rule: Rule, known: KnownNames): Unmatched | null {
  const inner = { ...rule, text: rule.text.replace(/^!/, '') };
  const found = inner.text.includes('/') ? unknownName(inner, known) : unknownOwner(inner, known);
  if (found === null) return null;
  const mark = rule.text.startsWith('!') ? '!' : '';
  return { ...found, text: rule.text, nearest: found.nearest && `${mark}${found.nearest}` };
}

/** An owner's name in the config. Null when it is a glob, is known, or cannot be judged. */
export function unknownOwner(name: Pick<Rule, 'option' | 'text'>, known: KnownNames): Unmatched | null {
  if (!isPlain(name.text) || knowsOwner(name.text, known)) return null;
  return { ...nothing(name), nearest: nearest(name.text, loginsOf(known)) };
}

/**
 * An `OWNER/NAME` in the config. Null when it is known, or when nothing can be said: of the name when it is a glob or the
 * owner's list was not read, since it is then without effect in this run.
 */
export function unknownName(name: Pick<Rule, 'option' | 'text'>, known: KnownNames): Unmatched | null {
  const { text } = name;
  const [owner = '', repository] = text.split('/');
  if (repository === undefined) return isPlain(text) ? ownerMissing(name, known) : null;
  if (!isPlain(owner)) return null;
  if (!knowsOwner(owner, known)) return ownerUnknown(name, owner, repository, known);
  const names = known.listed.get(owner);
  if (names === undefined || !isPlain(repository)) return null;
  if (names.includes(text) || known.moved.has(text) || known.failed.has(text)) return null;
  return { ...nothing(name), nearest: nearest(text, names) };
}

function ownerUnknown(
  name: Pick<Rule, 'option' | 'text'>,
  owner: string,
  repository: string,
  known: KnownNames,
): Unmatched {
  const meant = nearest(owner, loginsOf(known));
  if (meant === null) return nothing(name);
  if (!isPlain(repository)) return { ...nothing(name), nearest: `${meant}/${repository}` };
  const names = known.listed.get(meant);
  if (names === undefined) return { ...nothing(name), askOwner: meant };
  return { ...nothing(name), nearest: nearest(name.text, names) };
}

/** A name without a slash where `OWNER/NAME` is wanted. */
function ownerMissing(name: Pick<Rule, 'option' | 'text'>, known: KnownNames): Unmatched {
  const { text } = name;
  const note = 'it must be OWNER/NAME';
  if (loginsOf(known).includes(text)) return { ...nothing(name), note, nearest: `${text}/*` };
  const same = [...known.listed.values()].flat().find((id) => id.slice(id.indexOf('/') + 1) === text);
  return { ...nothing(name), note, nearest: same ?? null };
}

function knowsOwner(login: string, { owners, complete, moved }: KnownNames): boolean {
  if (!complete || moved.has(login) || owners.some((owner) => owner.login === login)) return true;
  return [...moved].some((id) => id.startsWith(`${login}/`));
}

function loginsOf({ owners }: KnownNames): string[] {
  return owners.map(({ login }) => login);
}

function nothing({ option, text }: Pick<Rule, 'option' | 'text'>): Unmatched {
  return { option, text, nearest: null, note: null, askOwner: null };
}

export type CheckNamesOptions = {
  config: Config;
  selection: Selection;
  history: History;
  source: Source;
  /** Null when only the source is at hand: what names users of the target is then not judged. */
  target: Target | null;
};

/**
 * Demands that every name of the command line and the config means something, since a mistyped one would be silently
 * without effect. A name that concerns nothing of this run is not judged further than its owner.
 * @throws unknown-selection naming all of them, each with the nearest name that exists
 */
export async function checkNames(options: CheckNamesOptions, inventory: Inventory): Promise<void> {
  const known = knownNames(inventory, options.history);
  const wrong = [...unmatchedRules(options.selection, known), ...unmatchedMap(options.config, known)];
  const found = await Promise.all(wrong.map((each) => withSuggestion(each, options.source)));
  const errors = [
    ...found.map((each) => errorOf(each, 'the source', thereAre(each, known))),
    ...(await unknownUsers(options, inventory)),
  ];
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  const detail = errors.map(({ message }) => `  - ${message}`).join('\n');
  const object = errors.map((error) => error.object).join(', ');
  throw unknownSelection(object, { count: errors.length, detail });
}

/** Where no name is near enough to be meant: what there is instead. */
function thereAre(
  { option, text, nearest: close }: Unmatched,
  { listed, owners }: KnownNames,
): string | undefined {
  if (close !== null) return undefined;
  const [owner = '', repository] = text.split('/');
  const names = repository === undefined ? [] : (listed.get(owner) ?? []);
  const kinds: Record<string, Owner['kind']> = { '--group': 'group', '--user': 'user', 'map.users': 'user' };
  const kind = kinds[option] ?? null;
  const logins = owners.filter((one) => kind === null || one.kind === kind).map(({ login }) => login);
  return someOf(names.length > 0 ? names : logins);
}

/** Repositories that config and exclusions name: what was moved once is not mistyped. */
export function namesToJudge({ rules }: Selection, { map }: Config, history: History): string[] {
  const excluded = rules.exclusions
    .map(({ text }) => text.replace(/^!/, ''))
    .filter((text) => text.includes('/'));
  const named = [...Object.keys(map.repositories), ...Object.keys(map.refs), ...excluded];
  return named.filter((text) => isPlain(text) && !history.items.has(text));
}

function knownNames(inventory: Inventory, history: History): KnownNames {
  return {
    owners: inventory.owners,
    complete: inventory.allOwners,
    listed: inventory.listed,
    selected: inventory.repositories.map(({ owner, name }) => `${owner}/${name}`),
    failed: new Set([...inventory.problems, ...inventory.leftOut].map(({ object }) => object)),
    moved: new Set(history.items.keys()),
  };
}

/** A key of the maps that names nothing. */
function unmatchedMap({ map }: Config, known: KnownNames): Unmatched[] {
  const users = { ...known, owners: known.owners.filter(({ kind }) => kind === 'user') };
  const found = [
    ...Object.keys(map.owners).map((text) => unknownOwner({ option: 'map.owners', text }, known)),
    ...Object.keys(map.repositories).map((text) => unknownName({ option: 'map.repositories', text }, known)),
    ...Object.keys(map.refs).map((text) => unknownName({ option: 'map.refs', text }, known)),
    ...Object.keys(map.users).map((text) => unknownOwner({ option: 'map.users', text }, users)),
  ];
  return found.filter((each) => each !== null);
}

/** Only a hint is at stake: a list that cannot be read is as good as none. */
async function withSuggestion(wrong: Unmatched, source: Source): Promise<Unmatched> {
  if (wrong.askOwner === null) return wrong;
  const owner = wrong.askOwner;
  try {
    const names = (await source.repositoriesOf(owner)).map(({ name }) => `${owner}/${name}`);
    return { ...wrong, nearest: nearest(wrong.text, names) };
  } catch {
    return wrong;
  }
}

/** Users of GitLab in `map.users` that do not exist, of owners that this run may concern. */
async function unknownUsers(
  { config: { map }, selection, target }: CheckNamesOptions,
  { owners }: Inventory,
): Promise<Failure[]> {
  if (target === null) return [];
  const concerned = owners.filter(({ kind, login }) => kind === 'user' && map.users[login] !== undefined);
  const wrong = await Promise.all(
    concerned
      .filter((owner) => selection.ownerMatters(owner))
      .map(async ({ login }) => {
        const username = map.users[login] ?? '';
        if ((await target.findUser(username)) !== null) return [];
        const close = nearest(username, await target.similarUsers(username));
        const option = `map.users.${login}`;
        return [errorOf({ option, text: username, nearest: close, note: null }, 'GitLab')];
      }),
  );
  return wrong.flat();
}

function errorOf(wrong: Omit<Unmatched, 'askOwner'>, server: string, others?: string): Failure {
  const { option, text, nearest: close, note } = wrong;
  return unknownSelection(text, {
    option,
    server,
    others,
    nearest: close ?? undefined,
    note: note ?? undefined,
  });
}
