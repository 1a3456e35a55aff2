import { membership } from '../access.ts';
import { groupsAbove } from '../groups.ts';
import type { Group, Member, Project } from '../state.ts';
import { ok, type Call, type Reply, type UserCall } from './endpoint.ts';
import { memberEntity } from './entities/members.ts';
import { notFound } from './errors.ts';
import type { MemberTarget } from './member-rules.ts';
import { page } from './pagination.ts';
import { textOf } from './params.ts';

export function listMembers(call: Call, members: Member[]): Reply {
  const query = textOf(call.params, 'query')?.toLowerCase() ?? '';
  const ids = call.params['user_ids'] as number[] | undefined;
  const found = members.filter((member) => {
    const user = call.context.routes.user(member.userId);
    if (!user || (ids && !ids.includes(user.id))) return false;
    return user.username.toLowerCase().includes(query) || user.name.toLowerCase().includes(query);
  });
  return page(call, found, (member) => memberEntity(call.context, member));
}

export function listAllMembers(call: UserCall, { of }: MemberTarget): Reply {
  call.limiter.check('project_members_api', call.actor.user.id);
  return listMembers(call, withInherited(call, of));
}

export function showMember(call: UserCall, members: Member[]): Reply {
  const member = members.find((each) => each.userId === Number(call.route['user_id']));
  if (!member) throw notFound();
  return ok(memberEntity(call.context, member));
}

/** One entry per user, with the highest level on the way up, that of invited groups included (GL-115). */
export function withInherited({ context }: Call, of: Group | Project): Member[] {
  const { routes } = context;
  const group = routes.group('namespaceId' in of ? of.namespaceId : of.id);
  const sources = [of, ...(group ? groupsAbove(context, group) : [])];
  const invited = sources
    .flatMap(({ links }) => links.map(({ groupId }) => routes.group(groupId)))
    .flatMap((each) => (each === null ? [] : groupsAbove(context, each)));
  const members = new Map<number, Member>();
  for (const member of [...sources, ...invited].flatMap((source) => source.members)) {
    const accessLevel = membership(routes, member.userId, of);
    if (!members.has(member.userId) && accessLevel > 0)
      members.set(member.userId, { ...member, accessLevel });
  }
  return [...members.values()];
}
