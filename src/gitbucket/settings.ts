import {
  type BranchRule,
  type BranchRules,
  type DeployKey,
  type Told,
  type Webhook,
  type Webhooks,
} from '../model/people.ts';
import type { RepositoryName } from '../model/source.ts';
import { pagePathOf, type GitBucketApi } from './client.ts';
import type { GitBucketDatabase } from './database.ts';
import { fieldsOf } from './html.ts';
import { keyOf, told, untold, type Sources } from './people.ts';
import { BranchProtection, Hook } from './schema.ts';

/** For each of them GitBucket reads all branches there are (GB-24). */
const mostBranches = 500;

/**
 * Rules of protected branches, by the database (three queries for all repositories), which also has those of branches that
 * are gone; else by the API, one request for each of the first 500 branches (GB-81).
 */
export async function readBranchRules(
  { api, database }: Sources,
  repository: RepositoryName,
  branches: readonly string[],
): Promise<Told<BranchRules>> {
  const rows = await database.rowsOfRepository('PROTECTED_BRANCH', repository);
  if (rows !== null) {
    const contexts = await listsOf(database, 'PROTECTED_BRANCH_REQUIRE_CONTEXT', 'CONTEXT', repository);
    const pushers = await listsOf(database, 'PROTECTED_BRANCH_RESTRICTION', 'ALLOWED_USER', repository);
    const rules = rows.map((row): BranchRule => {
      const branch = row.text('BRANCH') ?? '';
      // Before 4.44 there was no such flag: whoever named checks demanded them, and pushing was not restricted.
      const checked = row.flag('REQUIRED_STATUS_CHECK') ?? contexts.has(branch);
      return {
        branch,
        statusChecks: checked ? (contexts.get(branch) ?? []) : null,
        pushers: row.flag('RESTRICTIONS') === true ? (pushers.get(branch) ?? []) : null,
        administratorsToo: row.flag('STATUS_CHECK_ADMIN') === true,
      };
    });
    return told({ rules: rules.sort(byBranch), untold: [], goneToo: true }, 'database');
  }
  // That name leads to another answer (GB-83).
  const asked = branches.filter((branch) => !branch.endsWith('/protection')).slice(0, mostBranches);
  const answers = await Promise.all(asked.map((branch) => protectionOf(api, repository, branch)));
  const known = new Set(asked);
  const unasked = branches.filter((branch) => !known.has(branch));
  // The list of branches itself may be older than what is asked now; a version before 4.11 tells of none.
  if (asked.length > 0 && answers.every((answer) => answer?.protection === undefined)) return untold();
  const rules = answers.flatMap((answer, index) => ruleIn(answer, asked[index] ?? ''));
  return told({ rules: rules.sort(byBranch), untold: unasked, goneToo: false }, 'api');
}

function protectionOf(
  api: GitBucketApi,
  repository: RepositoryName,
  branch: string,
): Promise<BranchProtection | null> {
  const path = branch.split('/').map(encodeURIComponent).join('/');
  return api.below(repository, `branches/${path}`, BranchProtection);
}

function ruleIn(answer: BranchProtection | null, branch: string): BranchRule[] {
  const { protection } = { ...answer };
  if (protection?.enabled !== true) return [];
  const { required_status_checks: checks, restrictions, enforce_admins: enforced } = protection;
  const level = checks?.enforcement_level ?? 'off';
  return [
    {
      branch,
      statusChecks: level === 'off' ? null : (checks?.contexts.toSorted() ?? []),
      pushers: restrictions?.users.toSorted() ?? null,
      // Before 4.44 only the level of the checks told (GB-81).
      administratorsToo: enforced?.enabled ?? level === 'everyone',
    },
  ];
}

/** The texts of one column by branch. */
async function listsOf(
  database: GitBucketDatabase,
  table: 'PROTECTED_BRANCH_REQUIRE_CONTEXT' | 'PROTECTED_BRANCH_RESTRICTION',
  column: string,
  repository: RepositoryName,
): Promise<Map<string, string[]>> {
  const lists = new Map<string, string[]>();
  for (const row of (await database.rowsOfRepository(table, repository)) ?? []) {
    const branch = row.text('BRANCH') ?? '';
    lists.set(branch, [...(lists.get(branch) ?? []), row.text(column) ?? ''].sort());
  }
  return lists;
}

/** Only the database has them (GB-226): one query for all repositories. */
export async function readDeployKeys(
  { database }: Sources,
  repository: RepositoryName,
): Promise<Told<DeployKey[]>> {
  const rows = await database.rowsOfRepository('DEPLOY_KEY', repository);
  if (rows === null) return untold();
  const keys = rows.map((row): DeployKey => {
    return { title: row.text('TITLE') ?? '', key: keyOf(row), canPush: row.flag('ALLOW_WRITE') === true };
  });
  return told(keys, 'database');
}

/**
 * The webhooks with their secrets by the database (two queries for all repositories); else by the API, in one request and
 * without those that have no events (GB-220), and with an owner's login one page for each secret (GB-170).
 */
export async function readWebhooks(
  { api, session, database }: Sources,
  repository: RepositoryName,
): Promise<Told<Webhooks>> {
  const rows = await database.rowsOfRepository('WEB_HOOK', repository);
  const events = rows === null ? null : await database.rowsOfRepository('WEB_HOOK_EVENT', repository);
  if (rows !== null && events !== null) {
    const hooks = rows.map((row): Webhook => {
      const url = row.text('URL') ?? '';
      const own = events
        .filter((event) => event.text('URL') === url)
        .map((event) => event.text('EVENT') ?? '');
      return { ...hookOf(url, row.text('CTYPE'), own), ...secretOf(row.text('TOKEN')) };
    });
    return told({ hooks: hooks.sort(byUrl), silentToo: true }, 'database');
  }
  const shown = await api.list(repository, 'hooks', Hook);
  if (shown === null) return untold();
  let asked = false;
  const hooks = await Promise.all(
    shown.map(async ({ events: own, config }): Promise<Webhook> => {
      const hook = hookOf(config.url, config.content_type, own);
      const path = `${pagePathOf(repository)}/settings/hooks/edit?url=${encodeURIComponent(config.url)}`;
      const page = await session.ownPage(path);
      const fields = page === null ? null : fieldsOf(page);
      if (fields?.value('url') !== config.url) return { ...hook, signed: null, secret: null };
      asked = true;
      return { ...hook, ...secretOf(fields.value('token')) };
    }),
  );
  const value = { hooks: hooks.sort(byUrl), silentToo: false };
  return asked ? told(value, 'api', 'session') : told(value, 'api');
}

function hookOf(
  url: string,
  type: string | null,
  events: readonly string[],
): Pick<Webhook, 'url' | 'contentType' | 'events'> {
  return { url, contentType: type === 'json' ? 'json' : 'form', events: [...new Set(events)].sort() };
}

function secretOf(token: string | null): Pick<Webhook, 'signed' | 'secret'> {
  const secret = token === '' ? null : token;
  return { signed: secret !== null, secret };
}

function byBranch(one: BranchRule, other: BranchRule): number {
  return one.branch < other.branch ? -1 : 1;
}

function byUrl(one: Webhook, other: Webhook): number {
  return one.url < other.url ? -1 : 1;
}
