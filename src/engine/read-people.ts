import { readEach } from '../failures/read-each.ts';
import type { SourceInventory } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { People, Told } from '../model/people.ts';
import { keyOf, type Source } from '../model/source.ts';
import type { KnownPeople } from '../plan/input.ts';

/** Who is there, and who has a role where, as the source tells it. */
export type SourcePeople = Omit<KnownPeople, 'planned'> & {
  people: Told<People>;
  /** What could not be read. */
  problems: Notice[];
};

/** When nobody is migrated. */
export const nobody: SourcePeople = {
  people: { value: null, via: [], notices: [] },
  members: new Map(),
  collaborators: new Map(),
  problems: [],
};

/**
 * Reads everybody, the members of the groups and the collaborators of the repositories. What cannot be read of one of them
 * becomes a problem.
 */
export async function readPeople(
  source: Source,
  { owners, repositories }: Pick<SourceInventory, 'owners' | 'repositories'>,
): Promise<SourcePeople> {
  const problems: Notice[] = [];
  const people = await source.people();
  const groups = owners.filter(({ kind }) => kind === 'group');
  const members = await readEach(
    groups,
    ({ login }) => login,
    ({ login }) => source.members(login),
    problems,
  );
  const collaborators = await readEach(
    repositories,
    keyOf,
    (repository) => source.collaborators(repository),
    problems,
  );
  return { people, members, collaborators, problems };
}
