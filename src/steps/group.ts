import {
  groupsForbidden,
  namespaceTaken,
  parentGroupMissing,
  visibilityRestricted,
} from '../failures/target.ts';
import { Failure } from '../failures/failure.ts';
import type { Namespace } from '../model/forge.ts';
import type { PlannedGroup } from '../model/plan.ts';
import { parentOf } from '../plan/owners.ts';
import type { GroupStep, RunContext, StepOutcome } from './step.ts';

/** Sees to it that the group exists. */
export const group: GroupStep = {
  name: 'group',
  async run(item, context, attempt) {
    if (item.existing !== null)
      return settled(item, { id: item.existing, fullPath: item.fullPath }, 'unchanged', context);
    const known = context.journal.history.items.get(item.id)?.steps.get('group');
    // An earlier try may have made it without living to see the answer.
    const found = attempt > 1 || known === 'started' ? await context.target.findGroup(item.fullPath) : null;
    if (found?.canCreateProjects) return settled(item, found, 'done', context);
    await context.journal.record({ item: item.id, step: 'group', status: 'started' });
    return settled(item, await create(item, context), 'done', context);
  },
};

async function create(item: PlannedGroup, { target, identity }: RunContext): Promise<Namespace> {
  const parentPath = parentOf(item.fullPath);
  const parent = parentPath === '' ? null : await target.findGroup(parentPath);
  if (parentPath !== '' && parent === null) throw parentGroupMissing(parentPath);
  try {
    return await target.createGroup({
      path: item.path,
      fullPath: item.fullPath,
      name: item.name,
      description: item.description,
      visibility: item.visibility,
      parentId: parent?.id ?? null,
    });
  } catch (error) {
    throw error instanceof Failure ? explain(error, item, identity.user.username) : error;
  }
}

/** The refusal in the words of the group that it keeps from being made. */
function explain(error: Failure, item: PlannedGroup, user: string): Failure {
  const { detail, refusal } = error;
  if (refusal?.kind === 'forbidden') {
    const parent = item.fullPath.slice(0, -item.path.length - 1);
    const where = parent === '' ? '' : ` in ${parent}`;
    return groupsForbidden(item.fullPath, { user, where }, error);
  }
  if (refusal?.kind === 'restricted-visibility')
    return visibilityRestricted(item.fullPath, { detail }, error);
  if (refusal?.kind !== 'taken') return error;
  const suggestion = `${item.path}-gitbucket`;
  return namespaceTaken(item.fullPath, { detail, owner: item.id, suggestion }, error);
}

async function settled(
  item: PlannedGroup,
  namespace: { id: number; fullPath: string },
  outcome: StepOutcome,
  { journal }: RunContext,
): Promise<{ outcome: StepOutcome; id: number }> {
  const known = journal.history.items.get(item.id);
  if (known?.steps.get('group') !== 'done' || known.target?.id !== namespace.id) {
    const target = { id: namespace.id, path: namespace.fullPath };
    await journal.record({ item: item.id, step: 'group', status: 'done', target });
  }
  return { outcome, id: namespace.id };
}
