import { parentGroupMissing } from '../failures/target.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import type { Target, TargetIdentity } from '../model/target.ts';
import { attempted, failed, type CheckFinding, found } from './finding.ts';
import { identityFindings } from './target-identity.ts';
import {
  lfsFindings,
  pushFindings,
  slashFindings,
  settingsFindings,
  throttleFindings,
} from './target-settings.ts';

export type TargetReport = {
  findings: CheckFinding[];
  version: string | null;
  /** Full paths of groups and projects that were deleted and are kept for a while. */
  scheduled: string[];
};

/** Every check of GitLab; asks with GET and git advertisements only. */
export async function targetFindings(
  target: GitLabTarget,
  config: Config['target'],
  now: number,
): Promise<TargetReport> {
  const findings: CheckFinding[] = [];
  const identity = await identityOf(target, findings);
  if (identity === null) return { findings, version: null, scheduled: [] };
  findings.push(...identityFindings(identity, config, now));
  const canPush = findings.every(({ level }) => level !== 'error');
  let scheduled: string[] = [];
  const checks = [
    attempted('target', () => slashFindings(target)),
    attempted('target', () => (canPush ? pushFindings(target) : Promise.resolve([]))),
    attempted('target', () => lfsFindings(target)),
    attempted('target', () => settingsFindings(target, identity)),
    attempted('target', () => parentGroupFindings(target, config.parentGroup, identity.user)),
    attempted('target', async () => {
      scheduled = await target.probes.scheduledDeletions();
      return [];
    }),
  ];
  for (const check of await Promise.all(checks)) findings.push(...check);
  findings.push(...throttleFindings(target));
  return { findings, version: identity.version, scheduled };
}

/** Who the token is; null when GitLab does not tell. What it may not do besides becomes a finding. */
async function identityOf(target: GitLabTarget, findings: CheckFinding[]): Promise<TargetIdentity | null> {
  try {
    return await target.connect();
  } catch (error) {
    findings.push(failed(error, 'target'));
    // The API still answers: the other checks need not wait for a better token.
    const answers =
      error instanceof Failure && (error.code === 'git-token-refused' || error.code === 'token-scope');
    if (!answers) return null;
  }
  try {
    return await target.probes.whoIs();
  } catch (error) {
    // A token without read access has been told already.
    failed(error, 'target');
    return null;
  }
}

/** The configured parent group: is it there, and may the user make groups below it (gitlab-contract §2.1)? */
async function parentGroupFindings(
  target: Target,
  parentGroup: string | null,
  { username }: TargetIdentity['user'],
): Promise<CheckFinding[]> {
  if (parentGroup === null) return [];
  const group = await target.findGroup(parentGroup);
  if (group === null) return [failed(parentGroupMissing(parentGroup), 'target')];
  const context = { group: parentGroup, user: username };
  if (group.unusableReason === 'pending-deletion')
    return [found('target-parent-group-deleted', 'target', parentGroup, context)];
  const id = group.canCreateSubgroups ? 'target-parent-group' : 'target-parent-group-role';
  return [found(id, 'target', parentGroup, context)];
}
