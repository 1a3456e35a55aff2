import { unknownSelection } from '../failures/usage.ts';
import { parentGroupMissing } from '../failures/target.ts';
import type { Config } from '../config/schema.ts';
import type { Failure } from '../failures/failure.ts';
import type { Source, Inventory } from '../model/source.ts';
import type { Target } from '../model/target.ts';
import type { History } from '../journal/history.ts';
import type { Selection } from '../plan/selection.ts';
import {
  unknownName,
  unknownOwner,
  unmatchedRules,
  type KnownNames,
  type Unmatched,
} from '../plan/unmatched-names.ts';
import { nearest } from '../text/nearest.ts';

export type CheckNamesOptions = {
  config: Config;
  selection: Selection;
  history: History;
  source: Source;
  target: Target;
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
    ...found.map((each) => errorOf(each, 'the source')),
    ...(await unknownUsers(options, inventory)),
  ];
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  const detail = errors.map(({ message }) => `  - ${message}`).join('\n');
  const object = errors.map((error) => error.object).join(', ');
  throw unknownSelection(object, { count: errors.length, detail });
}

function knownNames(inventory: Inventory, history: History): KnownNames {
  return {
    owners: inventory.owners,
    complete: inventory.allOwners,
    listed: inventory.listed,
    selected: inventory.repositories.map(({ owner, name }) => `${owner}/${name}`),
    failed: new Set(inventory.problems.map(({ object }) => object)),
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

function errorOf(
  { option, text, nearest: close, note }: Omit<Unmatched, 'askOwner'>,
  server: string,
): Failure {
  return unknownSelection(text, {
    option,
    server,
    ...(close === null ? {} : { nearest: close }),
    ...(note === null ? {} : { note }),
  });
}

/** The error for a parent group that is not there, with the nearest group that is. */
export async function parentMissing(target: Target, fullPath: string): Promise<Failure> {
  const close = nearest(fullPath, await target.similarGroups(fullPath));
  return parentGroupMissing(fullPath, close === null ? {} : { nearest: close });
}
