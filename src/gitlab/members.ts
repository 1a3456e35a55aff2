import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import type { PlannedAccount } from '../model/plan.ts';
import type { MemberPlace, TargetMembers } from '../model/target-members.ts';
import type { GitLabClient } from './client.ts';
import { unlessAbsent } from './errors.ts';
import * as schema from './schema.ts';

/** Accounts, roles and invited groups, one request for each. */
export function createMembers(gitlab: GitLabClient): TargetMembers {
  return {
    async createAccount({ username, name, mail, identity }) {
      const made = await gitlab.request(username, schema.User, (api) =>
        api.Users.create({
          username,
          name,
          email: mail,
          skipConfirmation: true,
          forceRandomPassword: true,
          ...(identity && { provider: identity.provider, externUid: identity.externUid }),
        }),
      );
      return accountOf(made);
    },
    async account(id) {
      const found = await unlessAbsent(
        gitlab.request(`/users/${id}`, schema.User, (api) => api.Users.show(id)),
      );
      return found === null ? null : accountOf(found);
    },
    async accountNamed(username) {
      const path = `/users?username=${encodeURIComponent(username)}`;
      const [found] = await gitlab.list({ path, type: schema.User, object: username });
      return found === undefined ? null : { ...accountOf(found), mail: found.email ?? null };
    },
    async blockAccount(id) {
      await gitlab.request(`/users/${id}`, z.unknown(), (api) => api.Users.block(id));
    },
    async levelsAt({ kind, id, fullPath }, which) {
      const path = `/${kind}s/${id}/members${which === 'all' ? '/all' : ''}`;
      const members = await gitlab.list({ path, type: schema.MemberOf, object: fullPath });
      const levels = new Map<number, number>();
      for (const member of members)
        levels.set(member.id, Math.max(member.access_level, levels.get(member.id) ?? 0));
      return levels;
    },
    addMember(place, accountId, level) {
      return unlessKnown(
        gitlab.request(place.fullPath, z.unknown(), (api) =>
          membersOf(api, place).add(place.id, level as Level, { userId: accountId }),
        ),
      );
    },
    async changeRole(place, accountId, level) {
      await gitlab.request(place.fullPath, z.unknown(), (api) =>
        membersOf(api, place).edit(place.id, accountId, level as Level),
      );
    },
    shareProject({ id, fullPath }, groupId, level) {
      return unlessKnown(
        gitlab.request(fullPath, z.unknown(), (api) => api.Projects.share(id, groupId, level)),
      );
    },
  };
}

type Api = Parameters<Parameters<GitLabClient['request']>[2]>[0];
type Level = 10 | 20 | 30 | 40 | 50;

function membersOf(api: Api, { kind }: MemberPlace): Pick<Api['GroupMembers'], 'add' | 'edit'> {
  return kind === 'group' ? api.GroupMembers : api.ProjectMembers;
}

function accountOf({ id, username, state, external }: schema.User): PlannedAccount {
  return { id, username, state, external };
}

/** True when it was done; false when it was there already: 409 (GL-112, GL-116). */
async function unlessKnown(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Failure && error.refusal?.status === 409 && /already/.test(error.refusal.text))
      return false;
    throw error;
  }
}
