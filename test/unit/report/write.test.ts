import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/net/redact.ts';
import { parseResult } from '../../../src/report/schema.ts';
import { writeReports } from '../../../src/report/write.ts';
import { failed, noticed, project, refused, result } from './samples.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gb2gl-report-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('writing the reports', () => {
  it('makes a private folder with three private files', async () => {
    const dir = join(folder, 'a', 'reports');
    const written = result([project(), refused]);
    const paths = await writeReports(dir, written, createRedactor());
    expect(await modeOf(dir)).toBe(0o700);
    for (const path of Object.values(paths)) expect(await modeOf(path)).toBe(0o600);
    expect(parseResult(JSON.parse(await readFile(paths.json, 'utf8')))).toEqual(written);
    expect((await readdir(dir)).sort()).toEqual(['report.html', 'report.md', 'result.json']);
  });

  it('keeps the reports of a migration beside those of a later proof', async () => {
    const dir = join(folder, 'both');
    await writeReports(dir, result([project()]), createRedactor());
    await writeReports(dir, { ...result([project()]), command: 'verify' }, createRedactor());
    expect((await readdir(dir)).sort()).toEqual([
      'report.html',
      'report.md',
      'result.json',
      'verify.html',
      'verify.json',
      'verify.md',
    ]);
  });

  it('replaces older reports, and closes those that were open to others', async () => {
    await writeFile(join(folder, 'result.json'), 'old', { mode: 0o644 });
    const paths = await writeReports(folder, result([project()]), createRedactor());
    expect(await readFile(paths.json, 'utf8')).toContain('"version": 1');
    expect(await modeOf(paths.json)).toBe(0o600);
  });

  it('leaves nothing behind when it cannot write', async () => {
    await mkdir(join(folder, 'result.json', 'in-the-way'), { recursive: true });
    await expect(writeReports(folder, result([project()]), createRedactor())).rejects.toThrow(
      /EISDIR|ENOTEMPTY|directory/,
    );
    expect(await readdir(folder)).toEqual(['result.json']);
  });

  it('lets no secret through', async () => {
    const redactor = createRedactor();
    redactor.add('glpat-<12345&678', 'root');
    const form = Buffer.from('root:glpat-<12345&678').toString('base64');
    const leaky = { ...failed, steps: [noticed(`sent glpat-<12345&678 and ${form}`)] };
    const paths = await writeReports(folder, result([leaky]), redactor);
    for (const path of Object.values(paths)) {
      const text = await readFile(path, 'utf8');
      expect(text).not.toMatch(/12345|cm9vdD/);
      expect(text).toContain('secret');
    }
  });
});
