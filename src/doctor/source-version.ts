import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { Source } from '../source/gitbucket.ts';
import { found, type CheckFinding } from './finding.ts';
import { isAtLeast } from './measures.ts';
import type { Owners, ProvingRepository } from './source-owners.ts';

/** GitBucket's version as far as it can be told: exactly, or between two releases. */
export type Version = { exact: string | null; atLeast: string; below: string | null };

/** Whether the server has what came with a release; null when that could not be tried. */
type Sign = { since: string; there: boolean | null };

type Known = {
  repository: ProvingRepository | null;
  owners: Owners;
  cookie: string | null;
  config: Config['source'];
};

const Numbered = z.object({ id: z.number().default(0) });

/** The version and what is known to go wrong with it (gitbucket-contract §2.6, §6.1). */
export async function versionFindings(source: Source, known: Known): Promise<CheckFinding[]> {
  const exact = (await versionOnPages(source, known.cookie)) ?? null;
  const version =
    exact === null ? fromSigns(await signs(source, known)) : { exact, atLeast: exact, below: null };
  return [
    found('source-version', 'source', source.url, { version: versionText(version) }),
    ...problemsOf(version, known.config, source.url),
  ];
}

/** Pages of 4.24 and before show it to everybody, later ones only to an administrator who has signed in. */
async function versionOnPages({ web }: Source, cookie: string | null): Promise<string | null> {
  const page = await web.send({ method: 'GET', path: '/signin', tries: 2 });
  const shown = /class="header-version">\s*([\d.]+)/.exec(String(page.body))?.[1];
  if (shown !== undefined || cookie === null) return shown ?? null;
  const system = await web.send({ method: 'GET', path: '/admin/system', headers: { cookie } });
  return /GITBUCKET_VERSION<\/td>\s*<td>([\d.]+)/.exec(String(system.body))?.[1] ?? null;
}

/** Endpoints and fields that came with a release; those of a repository need one that can be read. */
async function signs(source: Source, { repository, owners }: Known): Promise<Sign[]> {
  const { http } = source;
  const ask = (path: string) => http.send({ method: 'GET', path: `/api/v3${path}`, tries: 2 });
  const plugins = await ask('/gitbucket/plugins');
  const found: Sign[] = [
    { since: '4.23', there: plugins.status === 200 },
    { since: '4.30', there: owners.listed },
  ];
  if (repository === null) return found;
  const base = `/repos/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}`;
  const paths = { '4.31': '/releases', '4.35': '/milestones', '4.37': '/git/refs' };
  // One after the other: each of them opens the whole repository (gitbucket-contract T23).
  for (const [since, path] of Object.entries(paths)) {
    // What fails there exists all the same (gitbucket-contract T8).
    found.push({ since, there: (await ask(base + path)).status !== 404 });
  }
  const numbered = Numbered.safeParse((await ask(base)).body);
  return [...found, { since: '4.47', there: numbered.success && numbered.data.id > 0 }];
}

/** The narrowest range that the signs allow; they come in the order of the releases. */
export function fromSigns(signs: readonly Sign[]): Version {
  const last = signs.findLastIndex(({ there }) => there === true);
  const missing = signs.slice(last + 1).find(({ there }) => there === false);
  return { exact: null, atLeast: signs[last]?.since ?? '4.0', below: missing?.since ?? null };
}

export function versionText({ exact, atLeast, below }: Version): string {
  if (exact !== null) return exact;
  return below === null ? `${atLeast} or later` : `between ${atLeast} and ${below}`;
}

/** What an administrator should know about this version. */
export function problemsOf(version: Version, config: Config['source'], url: string): CheckFinding[] {
  const isOlderThan = (release: string): boolean =>
    version.exact === null
      ? version.below !== null && isAtLeast(release, version.below)
      : !isAtLeast(version.exact, release);
  const findings: CheckFinding[] = [];
  if (isOlderThan('4.23') && config.password === null) {
    findings.push(found('source-git-without-tokens', 'source', url));
  }
  if (isOlderThan('4.24')) findings.push(found('source-names-by-case', 'source', url));
  if (isOlderThan('4.30')) findings.push(found('source-without-owner-list', 'source', url));
  if (isAtLeast(version.atLeast, '4.47')) findings.push(found('source-placeholders', 'source', url));
  return findings;
}
