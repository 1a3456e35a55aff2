import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { accountUnusable } from '../failures/people.ts';
import {
  groupLimit,
  groupMissing,
  groupsForbidden,
  namespaceFailed,
  namespaceTaken,
  parentGroupMissing,
  visibilityRestricted,
} from '../failures/target.ts';
import type { Namespace, Visibility } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { AddressedItem, PlannedGroup } from '../model/plan.ts';
import { pathBeside } from '../plan/free-names.ts';
import { parentOf } from '../plan/groups.ts';
import { groupRecords, type Made } from '../plan/made.ts';
import { allowLevel, atMost, mayBeLowered } from '../plan/visibility.ts';
import { createGroupMuted, groupNotCreated } from './group-quiet.ts';
import {
  proven,
  remark,
  type Outcome,
  type Place,
  type RunContext,
  type Step,
  type WritingWork,
} from './step.ts';

const Nothing = z.object({});
type Nothing = z.infer<typeof Nothing>;
type GroupWork = WritingWork<Made, PlannedGroup>;

/** Ensures that the group exists. */
export const group: Step<Nothing, Made, PlannedGroup> = {
  ...groupRecords,
  title: 'Group',
  of: 'group',
  stage: 'content',
  part: Nothing,
  plan({ item }) {
    const changes = item.existing === null && item.namespaceKind === 'group' && item.blocked === null;
    return { part: {}, changes, state: 'proven', counts: {}, notices: [] };
  },
  async run(_, work) {
    const { item, context, attempt, journal } = work;
    if (item.existing !== null) {
      return settled({ id: item.existing, fullPath: item.fullPath }, false, work);
    }
    const known = journal.history.items.get(item.id)?.steps.get('group')?.status;
    // An earlier try may have made it without living to see the answer.
    const open = (attempt > 1 || known === 'started') && item.namespaceKind === 'group';
    const found = open ? await context.target.findGroup(item.fullPath) : null;
    if (found?.canCreateProjects) return settled(found, true, work);
    if (item.namespaceKind === 'user') return settled(await personalPlace(work), false, work);
    await work.record('started', { anew: true, data: { made: true } });
    await createGroupMuted(work);
    const made = await create(work);
    return { ...(await settled(made, true, work)), notices: lowered(made.visibility, item, context) };
  },
  async verify(_, { item, place }) {
    if (place === null && item.existing === null) throw groupMissing(item.id, { target: item.fullPath });
    return Promise.resolve(proven(1));
  },
};

/** The personal namespace that came with the account of this run. */
async function personalPlace({ item, accounts, context }: GroupWork): Promise<Namespace> {
  const account = accounts.get(item.id);
  const { fullPath } = item;
  if (account === undefined) throw namespaceFailed(fullPath, { detail: 'the account was not created' });
  const why = account.unusable ?? account.holdsNothing;
  if (why !== undefined) throw accountUnusable(fullPath, { detail: why });
  const person = await context.target.findUser(account.fullPath);
  const namespace = person === null ? null : await context.target.personalNamespace(person);
  if (namespace === null) throw namespaceFailed(fullPath, { detail: 'GitLab does not show it to the token' });
  return namespace;
}

async function create(work: GroupWork): Promise<Namespace> {
  const { item, context } = work;
  const { target } = context;
  const parentPath = parentOf(item.fullPath);
  const parent = parentPath === '' ? null : await target.findGroup(parentPath);
  if (parentPath !== '' && parent === null) throw parentGroupMissing(parentPath);
  try {
    return await atAllowedLevel(item, context, (visibility) =>
      target.createGroup({
        path: item.path,
        fullPath: item.fullPath,
        name: item.name,
        description: item.description,
        visibility,
        parentId: parent?.id ?? null,
        mails: false,
      }),
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.refusal !== null) await groupNotCreated(work);
    throw explain(error, item, context);
  }
}

/** The refusal in the words of the group that it keeps from being made. */
function explain(error: Failure, item: PlannedGroup, { identity, plan }: RunContext): Failure {
  const { detail, refusal } = error;
  if (refusal?.kind === 'forbidden') {
    const parent = item.fullPath.slice(0, -item.path.length - 1);
    const where = parent === '' ? '' : ` in ${parent}`;
    return groupsForbidden(item.fullPath, { user: identity.user.username, where }, error);
  }
  if (refusal?.kind === 'group-limit') return groupLimit(item.fullPath, { detail, fix: refusal.fix }, error);
  if (refusal?.kind !== 'taken') return error;
  const isTaken = (path: string): boolean => plan.groups.some(({ fullPath }) => fullPath === path);
  const suggestion = pathBeside(item.fullPath, item.id, isTaken);
  return namespaceTaken(item.fullPath, { detail, owner: item.id, suggestion }, error);
}

/**
 * Makes an item at the planned level, or at the next lower one that GitLab takes: it refuses restricted levels to all but
 * administrators (GL-92), who alone can read which these are. A level that the config names stays as it is.
 * @throws visibility-restricted
 */
export async function atAllowedLevel<T>(
  item: AddressedItem,
  { config, plan, refusedLevels }: RunContext,
  make: (visibility: Visibility) => Promise<T>,
): Promise<T> {
  const flexible = mayBeLowered(item, config.visibility, plan.projects);
  let level = item.visibility;
  for (;;) {
    if (flexible) level = atMost(level, refusedLevels) ?? level;
    try {
      return await make(level);
    } catch (error) {
      if (!(error instanceof Failure) || error.refusal?.kind !== 'restricted-visibility') throw error;
      refusedLevels.add(level);
      if (flexible && atMost(level, refusedLevels) !== null) continue;
      const { detail } = error;
      const fix = flexible ? { fix: allowLevel(item.visibility) } : {};
      throw visibilityRestricted(item.fullPath, { detail, ...fix }, error);
    }
  }
}

/** Tells of a level below the planned one; [] when it is as planned. */
export function lowered(made: Visibility, item: AddressedItem, { refusedLevels }: RunContext): Notice[] {
  if (made === item.visibility) return [];
  const message = refusedLevels.has(item.visibility)
    ? `visibility is ${made} instead of ${item.visibility}, a level that the GitLab administrator has restricted`
    : `GitLab set the visibility to ${made} instead of ${item.visibility}`;
  return [remark('visibility-lowered', item.id, message)];
}

async function settled(
  namespace: Omit<Place, 'url' | 'userId'> & { userId?: number | null },
  changed: boolean,
  work: GroupWork,
): Promise<Outcome> {
  const { item, journal } = work;
  const { id, fullPath, visibility, userId } = namespace;
  work.place = {
    id,
    fullPath,
    url: null,
    ...(visibility && { visibility }),
    ...(userId && { userId }),
  };
  const known = journal.history.items.get(item.id);
  if (known?.steps.get('group')?.status !== 'done' || known.target?.id !== namespace.id) {
    const target = { id: namespace.id, path: namespace.fullPath };
    await work.record('done', { target });
  }
  return { changed };
}
