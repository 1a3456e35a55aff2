import { join } from 'node:path';
import { openCarriedSource } from '../../src/carrier/source.ts';
import { Config } from '../../src/config/schema.ts';
import { exportSelection, type ExportOutcome } from '../../src/engine/export.ts';
import type { Source } from '../../src/model/source.ts';
import { createSelection } from '../../src/plan/selection.ts';
import { mirrorOptions } from '../../src/transfer/auto.ts';
import { sourceOf } from './adapters.ts';
import { finderIn, quietRuntime } from './prepared.ts';
import type { Team } from './team.ts';

export function stickOf({ folder }: Pick<Team, 'folder'>): string {
  return join(folder, 'stick');
}

/** Exports all of the source, in this process. */
export function exported(
  team: Pick<Team, 'folder' | 'gitbucket' | 'gitlab'>,
  login: Parameters<typeof sourceOf>[2] = {},
): Promise<ExportOutcome> {
  const { folder, gitbucket, gitlab } = team;
  const config = Config.parse({ source: { url: gitbucket.url }, target: { url: gitlab.url } });
  const none = { groups: [], users: [], repositories: [] };
  const runtime = { ...quietRuntime(folder), sleep: async () => {} };
  return exportSelection({
    source: sourceOf(gitbucket, 'root', login),
    directory: stickOf(team),
    config,
    runtime,
    mirrors: mirrorOptions(join(folder, 'here'), runtime),
    finder: finderIn(join(folder, 'here')),
    emit: () => {},
    selection: createSelection({ all: true, ...none, include: config.select.include, exclude: [] }),
    waived: { codes: new Set(), unread: new Set() },
    program: 'test',
  });
}

/** The source that the export is. */
export function carriedSource(team: Pick<Team, 'folder'>): Promise<Source> {
  const runtime = quietRuntime(team.folder);
  const mirrors = mirrorOptions(join(team.folder, 'there'), runtime);
  return openCarriedSource({ directory: stickOf(team), mirrors, signal: runtime.aborting });
}
