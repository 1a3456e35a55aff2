import type { Routes } from './routes.ts';
import type { Group, Member, Project, Token, User } from './state.ts';

/** Who asks: a user by way of a token. */
export type Actor = {
  user: User;
  token: Token;
  /** An administrator whose rights are in force (with Admin Mode only by the scope admin_mode). */
  admin: boolean;
};

const NO_ACCESS = 0;
export const REPORTER = 20;
export const DEVELOPER = 30;
export const MAINTAINER = 40;
export const OWNER = 50;
/** Administrators count as more than any member (Gitlab::Access::ADMIN). */
const ADMIN = 60;

/** Highest level by membership alone: direct, inherited from ancestors, by invited groups, owner of the personal namespace. */
export function membership(
  routes: Routes,
  userId: number,
  target: Project | Group,
  counts: (member: Member) => boolean = () => true,
): number {
  const own = directLevel(routes, userId, target, counts);
  const parent = parentOf(routes, target);
  if (parent === null) return own;
  if (parent.kind === 'user') return Math.max(own, parent.user.id === userId ? OWNER : NO_ACCESS);
  return Math.max(own, membership(routes, userId, parent.group, counts));
}

/** Membership as it is in force: a project gets to know its group's new members late, and its creator at once (GL-40). */
export function membershipInForce(routes: Routes, userId: number, target: Project | Group): number {
  if (!('namespaceId' in target) || target.creatorId === userId) return membership(routes, userId, target);
  return membership(routes, userId, target, (member) => !routes.late.has(member));
}

/** As `membership`, without what invited groups bring: the lists of groups by role know only members (groups_finder.rb). */
export function memberRole(routes: Routes, userId: number, group: Group): number {
  const own = group.members.find((member) => member.userId === userId && !expired(member.expiresAt));
  const parent = group.parentId === null ? null : routes.group(group.parentId);
  return Math.max(own?.accessLevel ?? NO_ACCESS, parent ? memberRole(routes, userId, parent) : NO_ACCESS);
}

/** What the actor may do at most; 60 for an administrator, 0 without membership (and for nobody). */
export function accessLevel(routes: Routes, actor: Actor | null, target: Project | Group): number {
  if (!actor) return NO_ACCESS;
  return actor.admin ? ADMIN : membershipInForce(routes, actor.user.id, target);
}

/** Public things are for everyone, internal ones for every user who is not external, private ones for members. */
export function canRead(routes: Routes, actor: Actor | null, target: Project | Group): boolean {
  if (target.visibility === 'public') return true;
  if (!actor) return false;
  if (target.visibility === 'internal' && !actor.user.external) return true;
  return accessLevel(routes, actor, target) > NO_ACCESS || holdsReadableMembership(routes, actor, target);
}

/** A member of something inside a private group sees the group itself. */
function holdsReadableMembership(routes: Routes, actor: Actor, target: Project | Group): boolean {
  if ('namespaceId' in target) return false;
  const below = [...routes.projectsIn(target.id), ...routes.subgroups(target.id)];
  return below.some(
    (child) =>
      directLevel(routes, actor.user.id, child, () => true) > NO_ACCESS ||
      holdsReadableMembership(routes, actor, child),
  );
}

function directLevel(
  routes: Routes,
  userId: number,
  target: Project | Group,
  counts: (member: Member) => boolean,
): number {
  const direct = target.members.find(
    (member) => member.userId === userId && !expired(member.expiresAt) && counts(member),
  );
  const linked = target.links.map((link) => {
    const group = routes.group(link.groupId);
    if (!group || expired(link.expiresAt)) return NO_ACCESS;
    return Math.min(link.accessLevel, membership(routes, userId, group, counts));
  });
  return Math.max(direct?.accessLevel ?? NO_ACCESS, ...linked);
}

function parentOf(routes: Routes, target: Project | Group) {
  const id = 'namespaceId' in target ? target.namespaceId : target.parentId;
  return id === null ? null : routes.namespace(id);
}

function expired(date: string | null): boolean {
  return date !== null && date <= new Date().toISOString().slice(0, 10);
}
