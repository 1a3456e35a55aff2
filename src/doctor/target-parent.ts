import { MigrationError } from '../errors.ts';
import type { TargetIdentity } from '../target/connect.ts';
import type { Target } from '../target/gitlab.ts';
import { failed, found, type CheckFinding } from './finding.ts';

/** The configured parent group: is it there, and may the user make groups below it (gitlab-contract §2.1)? */
export async function parentGroupFindings(
  target: Target,
  parentGroup: string | null,
  { username }: TargetIdentity['user'],
): Promise<CheckFinding[]> {
  if (parentGroup === null) return [];
  const group = await target.findGroup(parentGroup);
  if (group === null) return [failed(new MigrationError('parent-group-missing', parentGroup), 'target')];
  const context = { group: parentGroup, user: username };
  if (group.closed === 'leaving')
    return [found('target-parent-group-deleted', 'target', parentGroup, context)];
  const id = group.takesGroups ? 'target-parent-group' : 'target-parent-group-role';
  return [found(id, 'target', parentGroup, context)];
}
