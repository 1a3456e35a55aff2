import { lfsFindings, identityFindings, pushFindings, slashFindings } from './target-access.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import { parentGroupMissing } from '../failures/target.ts';
import type { TargetIdentity, Target } from '../model/target.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import { check, defineFinding, errorFound, failureFound, type Found } from './finding.ts';
import { settingsFindings, throttleFindings } from './target-settings.ts';
import { trackerFindings } from './target-tracker.ts';

export type TargetReport = {
  findings: Found[];
  version: string | null;
  /** Full paths of groups and projects that were deleted and are kept for a while. */
  scheduled: string[];
};

/**
 * Every check of GitLab; sends only GET and requests git's advertisements, but asks by a POST whether it loads trackers
 * where a token may not read its settings.
 */
export async function targetFindings(
  target: GitLabTarget,
  { target: config, migrate }: Pick<Config, 'target' | 'migrate'>,
  now: number,
): Promise<TargetReport> {
  const { url } = target;
  const findings: Found[] = [];
  const identity = await identityOf(target, findings);
  if (identity === null) return { findings, version: null, scheduled: [] };
  findings.push(...identityFindings(identity, config, now));
  const canPush = findings.every(({ level }) => level !== 'error');
  let scheduled: string[] = [];
  const checks = [
    check(url, () => slashFindings(target)),
    check(url, () => (canPush ? pushFindings(target) : Promise.resolve([]))),
    check(url, () => lfsFindings(target)),
    check(url, () => settingsFindings(target, identity)),
    check(url, () => trackerFindings(target, identity, migrate)),
    check(url, () => parentGroupFindings(target, config.parentGroup, identity.user)),
    check(url, async () => {
      scheduled = await target.probes.scheduledDeletions();
      return [];
    }),
  ];
  for (const found of await Promise.all(checks)) findings.push(...found);
  findings.push(...throttleFindings(target));
  return { findings, version: identity.version, scheduled };
}

/** Whose token it is; null when GitLab does not say. What it lacks besides becomes a finding. */
async function identityOf(target: GitLabTarget, findings: Found[]): Promise<TargetIdentity | null> {
  try {
    return await target.connect();
  } catch (error) {
    findings.push(errorFound(error, target.url));
    // The API still answers: the other checks need not wait for a better token.
    const answers =
      error instanceof Failure && (error.code === 'git-token-refused' || error.code === 'token-scope');
    if (!answers) return null;
  }
  try {
    return await target.probes.whoIs();
  } catch (error) {
    // A token without read access is a finding already; only Ctrl-C counts.
    errorFound(error, target.url);
    return null;
  }
}

type GroupWords = { object: string; user: string };

export const targetParentGroup = defineFinding('target-parent-group', 'ok', (w: GroupWords) => ({
  message: `${w.user} can create groups below ${w.object}`,
}));

export const targetParentGroupRole = defineFinding(
  'target-parent-group-role',
  'warning',
  (w: GroupWords) => ({
    message: `${w.user} cannot create groups below ${w.object}; existing groups can be used`,
    fix: `ask an owner of ${w.object} to give the user the role Maintainer or Owner, whichever its setting "Roles allowed to create subgroups" requires`,
  }),
);

export const targetParentGroupDeleted = defineFinding(
  'target-parent-group-deleted',
  'error',
  (w: { object: string }) => ({
    message: `the parent group ${w.object} is marked for deletion`,
    fix: 'restore it (Settings > General), or choose another "parentGroup"',
  }),
);

/** The configured parent group: does it exist, and can the user create groups below it (GL-94)? */
async function parentGroupFindings(
  target: Target,
  parentGroup: string | null,
  { username }: TargetIdentity['user'],
): Promise<Found[]> {
  if (parentGroup === null) return [];
  const group = await target.findGroup(parentGroup);
  if (group === null) return [failureFound(parentGroupMissing(parentGroup))];
  if (group.unusableReason === 'pending-deletion') return [targetParentGroupDeleted(parentGroup)];
  const finding = group.canCreateSubgroups ? targetParentGroup : targetParentGroupRole;
  return [finding(parentGroup, { user: username })];
}
