import { isFatal, noticeOf } from '../failures/index.ts';
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
 * becomes a problem. How much is asked at once is for the server's own limit to say.
 */
export async function readPeople(
  source: Source,
  { owners, repositories }: Pick<SourceInventory, 'owners' | 'repositories'>,
): Promise<SourcePeople> {
  const problems: Notice[] = [];
  async function each<T>(
    names: readonly string[],
    read: (name: string, index: number) => Promise<T>,
  ): Promise<Map<string, T>> {
    const all = await Promise.all(
      names.map(async (name, index): Promise<[string, T][]> => {
        try {
          return [[name, await read(name, index)]];
        } catch (error) {
          if (isFatal(error)) throw error;
          problems.push({ ...noticeOf(error, name), object: name });
          return [];
        }
      }),
    );
    return new Map(all.flat());
  }
  const people = await source.people();
  const groups = owners.filter(({ kind }) => kind === 'group').map(({ login }) => login);
  const members = await each(groups, (group) => source.members(group));
  const collaborators = await each(repositories.map(keyOf), (_, index) => {
    const repository = repositories[index];
    if (repository === undefined) throw new Error('no such repository');
    return source.collaborators(repository);
  });
  return { people, members, collaborators, problems };
}
