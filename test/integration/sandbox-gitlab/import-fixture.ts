import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { EmbeddedGitLab, GitLabOptions, TrackerState } from '../../../sandbox/gitlab.ts';
import { call, startGitLab, type Answer } from './api-fixture.ts';

/** Lines by relation; a text is taken as it is. */
export type Relations = Record<string, string | readonly object[]>;

/** An archive as `import-relation` takes it. */
export async function archiveOf(relations: Relations, prefix = './'): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: `${prefix}tree/`, type: 'directory' });
  for (const [relation, lines] of Object.entries(relations)) {
    const text =
      typeof lines === 'string' ? lines : lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    tar.entry({ name: `${prefix}tree/project/${relation}.ndjson` }, text);
  }
  tar.finalize();
  return gzipSync(await buffer(tar));
}

export type ImportServer = {
  gitlab: EmbeddedGitLab;
  /** Of the administrator. */
  token: string;
  /** Asks for an import; of `team/p` unless `path` says otherwise. */
  ask: (relation: string, archive: Buffer | string | null, options?: AskOptions) => Promise<Answer>;
  /** Asks for an import of the lines and waits for its end. */
  load: (relations: Relations, options?: AskOptions & { relation?: string }) => Promise<TrackerState>;
  tracker: (path?: string) => TrackerState;
};

type AskOptions = { token?: string | undefined; path?: string; name?: string; sudo?: string };

/** A server whose imports are on, with an empty project `team/p`. */
export async function startImportServer(settings: GitLabOptions['settings'] = {}): Promise<ImportServer> {
  const gitlab = await startGitLab({
    settings: { importSources: ['gitlab_project'], memberLateness: 0, ...settings },
  });
  gitlab.settings.applicationLimits['project_import'] = { threshold: 0, interval: 60 };
  gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'p' });
  const admin = gitlab.token('root');

  const tracker = (path = 'team/p'): TrackerState => {
    const found = gitlab.project(path).tracker;
    if (!found) throw new Error(`nothing was imported into ${path}`);
    return found;
  };

  function ask(relation: string, archive: Buffer | string | null, options: AskOptions = {}): Promise<Answer> {
    const { token = admin, path = 'team/p', name = 'tracker.tar.gz', sudo } = options;
    const raw = new FormData();
    raw.append('path', path);
    raw.append('relation', relation);
    if (archive !== null) raw.append('file', new Blob([archive]), name);
    return call(gitlab, 'POST', '/projects/import-relation', {
      token,
      raw,
      ...(sudo !== undefined && { headers: { sudo } }),
    });
  }

  return {
    gitlab,
    token: admin,
    ask,
    tracker,
    async load(relations, options = {}) {
      const { relation = Object.keys(relations).find((name) => name !== 'project_members') ?? '' } = options;
      const answer = await ask(relation, await archiveOf(relations), options);
      if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
      await gitlab.settle();
      return tracker(options.path);
    },
  };
}

/** The smallest line of an issue that is not lost. */
export function issueLine(iid: unknown, others: object = {}): Record<string, unknown> {
  return { iid, title: `Issue ${String(iid)}`, author_id: 101, ...others };
}

/** A note by somebody whom nobody knows. */
export function noteLine(note: string, others: object = {}): Record<string, unknown> {
  return {
    note,
    noteable_type: 'Issue',
    author_id: 102,
    author: { name: 'Ren Abe' },
    created_at: '2014-01-13T08:00:00.000Z',
    updated_at: '2014-01-14T09:30:00.000Z',
    ...others,
  };
}

export function memberLine(id: number, address: string, others: object = {}): Record<string, unknown> {
  return {
    access_level: 10,
    source_type: 'Project',
    user_id: id,
    notification_level: 3,
    user: { id, public_email: address, username: `someone-${id}` },
    ...others,
  };
}
