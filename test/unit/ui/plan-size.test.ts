import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measure } from '../../../src/commands/plan-end.ts';
import { tempDir } from '../../helpers/temp-dir.ts';
import { plan, plannedGroup, plannedProject } from '../report/samples.ts';

async function mirror(folder: string, id: string, bytes: number): Promise<void> {
  const name = `${createHash('sha256').update(id).digest('hex').slice(0, 24)}.git`;
  const packs = join(folder, name, 'objects', 'pack');
  await mkdir(packs, { recursive: true });
  await writeFile(join(packs, 'pack-1.pack'), new Uint8Array(bytes));
  await writeFile(join(packs, 'pack-1.idx'), new Uint8Array(5000));
}

test('only the selected repositories are sent, and all mirrors take room', async () => {
  const folder = await tempDir();
  await mirror(folder, 'team/web', 672);
  await mirror(folder, 'team/other', 2_000_000);
  const { bytes, disk } = await measure(plan([plannedGroup()], [plannedProject('web')]), folder);
  expect(bytes).toBe(672);
  expect(disk).toBeGreaterThan(2_010_000);
});

test('without mirrors there is nothing', async () => {
  const none = join(await tempDir(), 'none');
  expect(await measure(plan([], [plannedProject('web')]), none)).toEqual({ bytes: 0, disk: 0 });
});
