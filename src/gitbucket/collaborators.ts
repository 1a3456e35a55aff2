import { collaboratorsUnexplained } from '../failures/source.ts';
import { Role, type Collaborator, type Told } from '../model/people.ts';
import type { RepositoryName } from '../model/source.ts';
import { someOf } from '../text/nearest.ts';
import { pagePathOf } from './client.ts';
import { collaboratorsOn } from './html.ts';
import type { GroupMembers } from './members.ts';
import { told, untold, type Sources } from './people.ts';
import { Login, Permission } from './schema.ts';

/**
 * Users and groups with a role in the repository: by the database (one query for all repositories), by the owner's page,
 * or by the API, which takes one request for each user that it lists and each group that may be behind them.
 */
export async function readCollaborators(
  sources: Sources,
  members: GroupMembers,
  repository: RepositoryName,
): Promise<Told<Collaborator[]>> {
  const { session, database } = sources;
  const rows = await database.rowsOfRepository('COLLABORATOR', repository);
  const accounts = rows === null ? null : await database.rows('ACCOUNT');
  if (rows !== null && accounts !== null) {
    const groups = new Set(
      accounts.filter((row) => row.flag('GROUP_ACCOUNT') === true).map((row) => row.text('USER_NAME')),
    );
    const found = rows.map((row): Collaborator => {
      const name = row.text('COLLABORATOR_NAME') ?? '';
      return { name, kind: groups.has(name) ? 'group' : 'user', role: roleOf(row.text('ROLE')) };
    });
    return told(found.sort(byName), 'database');
  }
  const page = await session.ownPage(`${pagePathOf(repository)}/settings/collaborators`);
  const shown = page === null ? null : collaboratorsOn(page);
  if (shown !== null) {
    const found = shown.map(({ name, role, group }): Collaborator => {
      return { name, kind: group ? 'group' : 'user', role: roleOf(role) };
    });
    return told(found.sort(byName), 'session');
  }
  return readByApi(sources, members, repository);
}

function roleOf(text: string | null): Role | null {
  return Role.safeParse(text?.toLowerCase()).data ?? null;
}

/**
 * The list has groups replaced by their members and no roles (GB-222); the role of a direct entry is told for users and
 * groups alike (GB-223). Only a group whose members are all in the list can be behind it.
 */
async function readByApi(
  { api }: Sources,
  members: GroupMembers,
  repository: RepositoryName,
): Promise<Told<Collaborator[]>> {
  const listed = await api.list(repository, 'collaborators', Login);
  if (listed === null) return untold();
  const users = [...new Set(listed.map(({ login }) => login))];
  const groups = (await members.byApi()) ?? new Map<string, ReadonlySet<string>>();
  const shown = new Set(users);
  const candidates = [...groups].filter(([, all]) => [...all].every((login) => shown.has(login)));

  async function probe(name: string, kind: Collaborator['kind']): Promise<Collaborator[]> {
    const path = `collaborators/${encodeURIComponent(name)}/permission`;
    const answer = await api.below(repository, path, Permission);
    return answer === null ? [] : [{ name, kind, role: roleOf(answer.permission) }];
  }

  const found = await Promise.all([
    ...users.map((login) => probe(login, 'user')),
    ...candidates.map(([group]) => probe(group, 'group')),
  ]);
  const direct = found.flat().sort(byName);
  // Before 4.35 nobody answers that question; somebody whom the list shows has a role, or a group has it.
  if (users.length > 0 && direct.length === 0)
    return told(users.map((name): Collaborator => ({ name, kind: 'user', role: null })).sort(byName), 'api');
  const explained = new Set(
    direct.flatMap(({ name, kind }) => (kind === 'user' ? [name] : [...(groups.get(name) ?? [])])),
  );
  const answer = told(direct, 'api');
  const strange = users.filter((login) => !explained.has(login));
  if (strange.length > 0) {
    const object = `${repository.owner}/${repository.name}`;
    answer.notices.push(collaboratorsUnexplained(object, { detail: someOf(strange) }).notice);
  }
  return answer;
}

function byName(one: { name: string }, other: { name: string }): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}
