import { mkdir } from 'node:fs/promises';
import { exportRepositories, type ExportOptions } from '../carrier/export.ts';
import { removeManifest, writeManifest, type Manifest } from '../carrier/layout.ts';
import { exportPeople } from '../carrier/people.ts';
import { isFree } from '../carrier/source.ts';
import { exportUnwritable } from '../failures/carrier.ts';
import { emptyHistory } from '../journal/history.ts';
import type { Notice } from '../model/notice.ts';
import { keyOf } from '../model/source.ts';
import { sourceView } from '../plan/build.ts';
import type { Selection } from '../plan/selection.ts';
import { checkNames } from './check-names.ts';
import { discover } from './discover.ts';
import { withoutWaived, type Waived } from './waived.ts';

export type ExportRequest = Omit<ExportOptions, 'inventory'> & {
  selection: Selection;
  waived: Waived;
  /** Version of this program. */
  program: string;
  /** What must hold before anything is read; throws when the export cannot succeed. */
  preflight?: () => Promise<void>;
};

export type ExportOutcome = {
  manifest: Manifest;
  written: readonly string[];
  unchanged: readonly string[];
  problems: readonly Notice[];
  /** LFS objects that the source itself does not have. */
  lost: readonly Notice[];
};

/**
 * Writes what the selection means on the source into a directory that `gb2gl import` reads. Once more, it writes what has
 * changed; killed, it goes on.
 * @throws export-unwritable, unknown-selection, interrupted, what `preflight` throws, and what concerns the whole server
 */
export async function exportSelection(request: ExportRequest): Promise<ExportOutcome> {
  const { source, directory, emit, runtime, selection, waived } = request;
  await useExportDirectory(directory);
  emit({ type: 'phase', phase: 'connect', total: 1 });
  await request.preflight?.();
  const account = await source.connect();
  emit({ type: 'phase-done', phase: 'connect', summary: `GitBucket as ${account.login}` });
  const history = emptyHistory();
  const found = await discover({ ...request, history });
  await checkNames({ ...request, history, target: null }, found);
  const kept = withoutWaived(found, [], waived);
  const inventory = { ...found, ...kept.source, leftOut: kept.leftOut };
  // While it is being written it is none that could be imported.
  await removeManifest(directory);
  const { written, unchanged, files, sums, named, problems, lost } = await exportRepositories({
    ...request,
    inventory,
  });
  const parents = await source.parents(inventory.repositories.filter(({ fork }) => fork !== false));
  const owners = inventory.owners.filter((owner) => selection.ownerMatters(owner));
  const people = await exportPeople(source, directory, owners, named);
  problems.push(...people.problems);
  const failed = withoutWaived({ ...inventory, problems, warnings: [] }, [], waived);
  const all = [...inventory.problems, ...failed.source.problems];
  const manifest: Manifest = {
    format: 1,
    program: request.program,
    exportedAt: new Date(runtime.now()).toISOString(),
    source: sourceView(source.url, account),
    admin: account.admin,
    serverUrl: account.serverUrl,
    inventory: {
      ...inventory,
      repositories: inventory.repositories.filter((repository) => keyOf(repository) in files),
      listed: Object.fromEntries(inventory.listed),
      problems: all,
      leftOut: failed.leftOut,
    },
    parents: Object.fromEntries(parents),
    people: people.files,
    files,
  };
  await writeManifest(directory, manifest, sums);
  return { manifest, written, unchanged, problems: all, lost };
}

async function useExportDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw exportUnwritable(directory, { detail: (error as Error).message }, error);
  }
  if (await isFree(directory)) return;
  throw exportUnwritable(directory, { detail: 'it holds files that no export wrote' });
}
