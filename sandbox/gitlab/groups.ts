import type { Group, Visibility } from './state.ts';
import { OWNER, type Actor } from './access.ts';
import type { Context } from './context.ts';
import { groupNameErrors, groupPathErrors, isLonger, TAKEN } from './names.ts';
import type { Errors } from './projects.ts';
import { restrictedVisibility, VISIBILITY_LEVELS } from './visibility.ts';

export type NewGroup = {
  path: string;
  name: string;
  parent: Group | null;
  description: string;
  visibility: Visibility;
  attributes: Record<string, unknown>;
};

/** Everything that the model objects to; `self` is the group that is being changed. */
export function groupErrors(
  context: Context,
  actor: Actor,
  input: Omit<NewGroup, 'attributes'>,
  self: Group | null,
): Errors {
  const { parent, path, name } = input;
  const errors: Errors = {};
  const siblings = parent ? context.routes.subgroups(parent.id).filter((each) => each !== self) : [];
  const names = name === self?.name ? [] : groupNameErrors(name);
  if (siblings.some((sibling) => sibling.name === name)) names.push(TAKEN);
  const moved = path !== self?.path || self?.parentId !== (parent?.id ?? null);
  const paths = moved ? pathErrors(context, input, self) : [];
  if (names.length > 0) errors['name'] = names;
  if (paths.length > 0) errors['path'] = paths;
  if (parent && groupsAbove(context, parent).length > 20)
    errors['parent_id'] = ['has too deep level of nesting'];
  if (isLonger(input.description, 2000)) errors['description'] = ['is too long (maximum is 2000 characters)'];
  const visibility = visibilityErrors(context, actor, input, self);
  if (visibility.length > 0) errors['visibility_level'] = visibility;
  return errors;
}

/** Adds a group; its creator becomes Owner. */
export function createGroup(context: Context, userId: number, input: NewGroup): Group {
  const createdAt = new Date().toISOString();
  const group: Group = {
    id: context.state.nextId.namespace++,
    parentId: input.parent?.id ?? null,
    path: input.path,
    name: input.name,
    fullPath: input.parent ? `${input.parent.fullPath}/${input.path}` : input.path,
    description: input.description,
    visibility: input.visibility,
    members: [{ userId, accessLevel: OWNER, createdAt, expiresAt: null, createdBy: userId }],
    links: [],
    archived: false,
    markedForDeletionOn: null,
    createdAt,
    attributes: input.attributes,
  };
  context.routes.addGroup(group);
  context.changed();
  return group;
}

/** The group itself and its ancestors, nearest first. */
export function groupsAbove(context: Pick<Context, 'routes'>, group: Group): Group[] {
  const chain: Group[] = [];
  for (let each: Group | null = group; each;) {
    chain.push(each);
    each = each.parentId === null ? null : context.routes.group(each.parentId);
  }
  return chain;
}

/** Everything below a group, at any depth. */
export function groupsBelow(context: Context, group: Group): Group[] {
  return context.routes.subgroups(group.id).flatMap((child) => [child, ...groupsBelow(context, child)]);
}

function pathErrors(context: Context, input: Omit<NewGroup, 'attributes'>, self: Group | null): string[] {
  const parent = input.parent?.fullPath ?? null;
  const errors = groupPathErrors(input.path, parent);
  const fullPath = parent === null ? input.path : `${parent}/${input.path}`;
  if (errors.length === 0 && isLonger(fullPath, 255)) errors.push('is too long (maximum is 255 characters)');
  const holder = context.routes.find(fullPath);
  const taken = holder !== null && !(holder.kind === 'group' && holder.group === self);
  return taken ? [...errors, TAKEN] : errors;
}

function visibilityErrors(
  context: Context,
  actor: Actor,
  { visibility, parent }: Omit<NewGroup, 'attributes'>,
  self: Group | null,
): string[] {
  if (visibility === self?.visibility && (parent?.id ?? null) === self.parentId) return [];
  const restricted = restrictedVisibility(context, actor, visibility);
  if (restricted) return [restricted];
  const level = VISIBILITY_LEVELS[visibility];
  if (parent && level > VISIBILITY_LEVELS[parent.visibility]) {
    return [`${visibility} is not allowed since the parent group has a ${parent.visibility} visibility.`];
  }
  if (!self) return [];
  if (context.routes.projectsIn(self.id).some((project) => VISIBILITY_LEVELS[project.visibility] > level)) {
    return [`${visibility} is not allowed since this group contains projects with higher visibility.`];
  }
  if (context.routes.subgroups(self.id).some((child) => VISIBILITY_LEVELS[child.visibility] > level)) {
    return [`${visibility} is not allowed since there are sub-groups with higher visibility.`];
  }
  return [];
}
