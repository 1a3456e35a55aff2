import { OWNER } from '../../access.ts';
import { mailAbout } from '../../mails.ts';
import type { Group, Member, Project, User } from '../../state.ts';
import {
  created,
  noContent,
  ok,
  type Call,
  type Endpoint,
  type Method,
  type Reply,
  type UserCall,
} from '../endpoint.ts';
import { memberEntity } from '../entities/members.ts';
import { failure, forbidden, invalid, notFound } from '../errors.ts';
import { findGroup, findProject, findUser, requireMaintainer, requireOwner } from '../lookup.ts';
import { listAllMembers, listMembers, showMember, withInherited } from '../member-lists.ts';
import { memberProblem, type MemberTarget } from '../member-rules.ts';
import { PAGING } from '../pagination.ts';
import { integerOf, textOf, type Param } from '../params.ts';

const LIST: Record<string, Param> = { ...PAGING, query: { type: 'string' }, user_ids: { type: 'integers' } };

const ADD: Record<string, Param> = {
  access_level: { type: 'integer', required: true },
  user_id: { type: 'string' },
  username: { type: 'string' },
  expires_at: { type: 'string' },
};

const CHANGE: Record<string, Param> = {
  access_level: { type: 'integer', required: true },
  expires_at: { type: 'string' },
};

/** Members of groups and projects (GL-110 to GL-113). */
export const memberEndpoints: Endpoint[] = [...membersOf('groups'), ...membersOf('projects')];

function membersOf(kind: 'groups' | 'projects'): Endpoint[] {
  const target = (call: Call): MemberTarget =>
    kind === 'groups' ? { kind: 'group', of: findGroup(call) } : { kind: 'project', of: findProject(call) };
  const path = `/${kind}/:id/members`;
  const user = (
    method: Method,
    suffix: string,
    fields: Record<string, Param>,
    run: (call: UserCall, target: MemberTarget) => Reply,
  ): Endpoint => ({
    method,
    path: path + suffix,
    access: 'user',
    declares: { fields },
    run: (call) => run(call, target(call)),
  });
  const naming = ['user_id', 'username'];
  return [
    {
      method: 'GET',
      path,
      access: 'anonymous',
      declares: { fields: LIST },
      run: (call) => listMembers(call, target(call).of.members),
    },
    user('GET', '/all', LIST, listAllMembers),
    user('GET', '/all/:user_id', {}, (call, { of }) => showMember(call, withInherited(call, of))),
    user('GET', '/:user_id', {}, (call, { of }) => showMember(call, of.members)),
    {
      method: 'POST',
      path,
      access: 'user',
      declares: { fields: ADD, atLeastOneOf: naming, mutuallyExclusive: naming },
      run: (call) => add(call, target(call)),
    },
    user('PUT', '/:user_id', CHANGE, change),
    user('DELETE', '/:user_id', {}, remove),
  ];
}

function add(call: UserCall, target: MemberTarget): Reply {
  const { params, actor } = call;
  const level = integerOf(params, 'access_level') ?? 0;
  const expiresAt = textOf(params, 'expires_at');
  const names = textOf(params, 'username')?.split(',');
  const ids = textOf(params, 'user_id')?.split(',');
  const wanted = (names ?? ids ?? []).map((each) => each.trim());
  const user = findAny(call, wanted[0] ?? '', names !== undefined);
  const known = wanted.length === 1 && target.of.members.some(({ userId }) => userId === user?.id);
  // Looked at before the rights (observed).
  if (known) throw failure(409, 'Member already exists');
  requireRight(call, target);
  if (level === OWNER && call.context.accessLevel(actor, target.of) < OWNER) throw forbidden();
  if (wanted.length > 1) return addMany(call, target, wanted, names !== undefined);
  if (!user) throw notFound('User');
  const problem = memberProblem(call.context, target, user, { level, expiresAt });
  if (problem && problem !== 'exists') throw invalid(problem);
  return created(memberEntity(call.context, insert(call, target.of, user, level)));
}

/** The service's own hash comes back, with 201 even when some failed. */
function addMany(call: UserCall, target: MemberTarget, wanted: string[], byName: boolean): Reply {
  if (wanted.length > 100)
    return created({ status: 'error', message: 'Too many users specified (limit is 100)' });
  const level = integerOf(call.params, 'access_level') ?? 0;
  const expiresAt = textOf(call.params, 'expires_at');
  const message: Record<string, string> = {};
  for (const each of wanted) {
    const user = findAny(call, each, byName);
    const member = target.of.members.find(({ userId }) => userId === user?.id);
    const others = target.of.members.filter((other) => other !== member);
    const without = { ...target, of: { ...target.of, members: others } } as MemberTarget;
    const problem = user
      ? memberProblem(call.context, without, user, { level, expiresAt })
      : { user: ['not found'] };
    // Who is a member already gets the level of the list, be it a lower one (GL-119).
    if (user && member && !problem) member.accessLevel = level;
    else if (user && !problem) insert(call, target.of, user, level);
    else
      message[user?.username ?? each] = Object.values(problem ?? {})
        .flat()
        .join(', ');
  }
  return created(Object.keys(message).length === 0 ? { status: 'success' } : { status: 'error', message });
}

function insert(call: UserCall, of: Group | Project, user: User, accessLevel: number): Member {
  const member: Member = {
    userId: user.id,
    accessLevel,
    createdAt: new Date().toISOString(),
    expiresAt: textOf(call.params, 'expires_at') || null,
    createdBy: call.actor.user.id,
  };
  of.members.push(member);
  // A project's own members are known to it at once.
  if (!('namespaceId' in of)) call.context.routes.late.add(member, call.context.settings.memberLateness);
  mailAbout(call.context, of, user, 'access-granted');
  call.context.changed();
  return member;
}

function change(call: UserCall, target: MemberTarget): Reply {
  requireRight(call, target);
  const member = target.of.members.find((each) => each.userId === Number(call.route['user_id']));
  const user = findUser(call);
  if (!member) throw notFound();
  const level = integerOf(call.params, 'access_level') ?? 0;
  const expiresAt = textOf(call.params, 'expires_at');
  const owner = call.context.accessLevel(call.actor, target.of) >= OWNER;
  if ((level === OWNER || member.accessLevel === OWNER) && !owner) throw forbidden();
  const others = { ...target.of, members: target.of.members.filter((each) => each !== member) };
  const rest: MemberTarget = { ...target, of: others } as MemberTarget;
  const problem = memberProblem(call.context, rest, user, { level, expiresAt });
  if (problem && problem !== 'exists') throw invalid(problem);
  if (member.accessLevel !== level) mailAbout(call.context, target.of, user, 'access-granted');
  member.accessLevel = level;
  if ('expires_at' in call.params) member.expiresAt = textOf(call.params, 'expires_at') || null;
  call.context.changed();
  return ok(memberEntity(call.context, member));
}

function remove(call: UserCall, target: MemberTarget): Reply {
  const { context, actor } = call;
  call.limiter.check('members_delete', `${target.kind} ${target.of.id} ${actor.user.id}`);
  const id = Number(call.route['user_id']);
  if (id !== actor.user.id) requireRight(call, target);
  const member = target.of.members.find((each) => each.userId === id);
  if (!member) throw notFound();
  const owners = target.of.members.filter((each) => each.accessLevel === OWNER);
  if (target.kind === 'group' && owners.length === 1 && owners[0] === member) throw forbidden();
  target.of.members = target.of.members.filter((each) => each !== member);
  context.changed();
  return noContent();
}

function requireRight(call: UserCall, target: MemberTarget): void {
  if (target.kind === 'group') requireOwner(call, target.of);
  else requireMaintainer(call, target.of);
}

function findAny(call: UserCall, wanted: string, byName: boolean): User | null {
  return byName ? call.context.routes.userByName(wanted) : call.context.routes.user(Number(wanted));
}
