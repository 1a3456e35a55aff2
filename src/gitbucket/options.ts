import type { Repository } from '../model/forge.ts';
import { MergeMethod, type FeatureUse, type RepositoryOptions, type Told } from '../model/people.ts';
import type { RepositoryName } from '../model/source.ts';
import { pagePathOf } from './client.ts';
import { fieldsOf, menuOn } from './html.ts';
import { told, untold, type Sources } from './people.ts';

const uses: Readonly<Record<string, FeatureUse>> = {
  DISABLE: 'off',
  PRIVATE: 'developers',
  PUBLIC: 'collaborators',
  ALL: 'everybody',
};

/**
 * What a repository offers: by the database (one query for all) or the owner's page (GB-73, GB-179), else a little of it by
 * the menu that everybody sees who sees the page, or by the API.
 */
export async function readOptions(
  { api, session, database }: Sources,
  repository: RepositoryName & Partial<Pick<Repository, 'private'>>,
): Promise<Told<RepositoryOptions>> {
  const [row] = (await database.rowsOfRepository('REPOSITORY', repository)) ?? [];
  if (row !== undefined) {
    const merges = row.text('MERGE_OPTIONS')?.split(',') ?? null;
    const flags = { forking: row.flag('ALLOW_FORK'), safeMode: row.flag('SAFE_MODE') };
    return told({ ...optionsIn((name) => row.text(name), merges), ...flags }, 'database');
  }
  const page = await session.ownPage(`${pagePathOf(repository)}/settings/options`);
  const fields = page === null ? null : fieldsOf(page);
  if (fields?.has('issuesOption') === true) {
    const ticked = (name: string): boolean | null => (fields.has(name) ? fields.value(name) !== null : null);
    const merges = fields.has('mergeOptions') ? fields.values('mergeOptions') : null;
    const flags = { forking: ticked('allowFork'), safeMode: ticked('safeMode') };
    return told({ ...optionsIn((name) => fields.value(camel(name)), merges), ...flags }, 'session');
  }
  // Of a private repository nobody else is shown the page.
  const closed = repository.private === true && (await session.cookie()) === null;
  const front = closed ? null : await session.page(pagePathOf(repository));
  const menu = front === null ? null : menuOn(front.text);
  if (front !== null && menu !== null) return told(optionsOf(menu), front.session ? 'session' : 'page');
  const shown = await api.repository(repository);
  if (shown === null) return untold();
  const { has_issues: issues } = shown;
  return told({ ...noOptions, issues: issues === undefined ? null : onOrOff(issues) }, 'api');
}

const noOptions: RepositoryOptions = {
  issues: null,
  externalIssues: null,
  wiki: null,
  externalWiki: null,
  forking: null,
  mergeMethods: null,
  defaultMergeMethod: null,
  safeMode: null,
};

/** What everybody sees who sees the repository. */
function optionsOf({ issues, wiki }: NonNullable<ReturnType<typeof menuOn>>): RepositoryOptions {
  return {
    ...noOptions,
    issues: issues.state,
    externalIssues: issues.external,
    wiki: wiki.state,
    externalWiki: wiki.external,
  };
}

function onOrOff(on: boolean): FeatureUse {
  return on ? 'on' : 'off';
}

/** `ISSUES_OPTION` of the database is `issuesOption` of the form. */
function camel(column: string): string {
  return column.toLowerCase().replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

function optionsIn(
  text: (column: string) => string | null,
  merges: readonly string[] | null,
): Omit<RepositoryOptions, 'forking' | 'safeMode'> {
  return {
    issues: uses[text('ISSUES_OPTION') ?? ''] ?? null,
    externalIssues: text('EXTERNAL_ISSUES_URL') || null,
    wiki: uses[text('WIKI_OPTION') ?? ''] ?? null,
    externalWiki: text('EXTERNAL_WIKI_URL') || null,
    mergeMethods: merges?.flatMap((name) => MergeMethod.safeParse(name.trim()).data ?? []) ?? null,
    defaultMergeMethod: MergeMethod.safeParse(text('DEFAULT_MERGE_OPTION')).data ?? null,
  };
}
