import type { GitBucketContext } from '../context.ts';
import type { BranchProtection, RepositoryRecord } from '../state.ts';

export type ProtectionJson = {
  url: string;
  enabled: boolean;
  required_status_checks?: {
    url: string;
    enforcement_level: 'off' | 'non_admins' | 'everyone';
    contexts: string[];
    contexts_url: string;
  };
  restrictions?: { users: string[] };
  enforce_admins?: { enabled: boolean };
};

/** A branch's protection; before 4.44 status checks are always shown and nothing else is (GB-81). */
export function protectionJson(
  context: GitBucketContext,
  repository: RepositoryRecord,
  branch: string,
): ProtectionJson {
  const row = repository.protections.find((candidate) => candidate.branch === branch);
  const fullName = `${repository.owner}/${repository.name}`;
  const url = `${context.url()}/api/v3/repos/${fullName}/branches/${branch}/protection`;
  const always = context.minor < 44;
  const checks = row?.contexts ?? (always ? [] : undefined);
  return {
    url,
    enabled: row !== undefined,
    ...(checks && {
      required_status_checks: {
        url: `${url}/required_status_checks`,
        enforcement_level: level(row),
        contexts: checks,
        contexts_url: `${url}/required_status_checks/contexts`,
      },
    }),
    ...(!always && row?.restrictedTo && { restrictions: { users: row.restrictedTo } }),
    ...(!always && row && { enforce_admins: { enabled: row.enforceAdmins } }),
  };
}

function level(row: BranchProtection | undefined): 'off' | 'non_admins' | 'everyone' {
  if (!row?.contexts) return 'off';
  return row.enforceAdmins ? 'everyone' : 'non_admins';
}
