import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import { remark } from './step.ts';

/** What keeps it from being a fork on GitLab, though nothing failed. */
export function unlinkable(
  { id, existing }: PlannedProject,
  parent: string | null,
  place: object | string | null,
): Notice[] {
  if (place === null && existing?.forkedFrom !== undefined) return [];
  if (parent === null) {
    const message =
      'it is a fork, but its parent is shown only on pages of GitBucket to which the token gives no access: no relation is made unless "source.username" and "source.password" are set';
    return [remark('fork-unknown', id, message)];
  }
  if (place !== null) return [];
  const message = `it is a fork of ${parent}, which is not on GitLab: a later run that has both makes the relation`;
  return [remark('fork-alone', id, message)];
}

/** A private fork is open to the parent's people on GitBucket (GB-123), and to its own namespace on GitLab. */
export function readersLost({ id, repository, visibility }: PlannedProject, parent: string | null): Notice[] {
  const owner = parent?.split('/')[0];
  if (owner === undefined || owner === repository.owner || !repository.private || visibility !== 'private')
    return [];
  const message = `it is private: on GitBucket ${owner} and the collaborators of ${parent} can read it, on GitLab only members of its own group or namespace`;
  return [remark('fork-readers', id, message)];
}
