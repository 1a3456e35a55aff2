import { mkdtemp, readFile, readdir, readlink, rm, stat } from 'node:fs/promises';
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
    const own = join(dir, '2026-03-01T10-00-00-migrate');
    expect(paths.json).toBe(join(own, 'result.json'));
    for (const made of [dir, own]) expect(await modeOf(made)).toBe(0o700);
    for (const path of Object.values(paths)) expect(await modeOf(path ?? '')).toBe(0o600);
    expect(parseResult(JSON.parse(await readFile(paths.json, 'utf8')))).toEqual(written);
    expect((await readdir(own)).sort()).toEqual(['addresses.csv', 'report.html', 'report.md', 'result.json']);
    expect((await readdir(join(dir, 'latest'))).sort()).toEqual([
      'addresses.csv',
      'report.html',
      'report.md',
      'result.json',
    ]);
  });

  it('keeps what every run had to tell, and lets latest lead to the newest', async () => {
    const dir = join(folder, 'all');
    const first = await writeReports(dir, result([project()]), createRedactor());
    const evidence = await readFile(first.json, 'utf8');
    await writeReports(dir, result([]), createRedactor());
    const verified = { ...result([project()]), command: 'verify' as const };
    await writeReports(dir, verified, createRedactor());
    expect((await readdir(dir)).sort()).toEqual([
      '2026-03-01T10-00-00-migrate',
      '2026-03-01T10-00-00-migrate-2',
      '2026-03-01T10-00-00-verify-3',
      'latest',
    ]);
    expect(await readFile(first.json, 'utf8')).toBe(evidence);
    expect(await readlink(join(dir, 'latest'))).toBe('2026-03-01T10-00-00-verify-3');
    expect((await readdir(join(dir, 'latest'))).sort()).toEqual([
      'verify-addresses.csv',
      'verify.html',
      'verify.json',
      'verify.md',
    ]);
  });

  it('leaves latest and earlier runs as they are when it cannot write', async () => {
    await writeReports(folder, result([project()]), createRedactor());
    const circular = result([]);
    Object.assign(circular, { self: circular });
    const asIs = { scrubDeep: <T>(value: T) => value };
    await expect(writeReports(folder, circular, asIs)).rejects.toThrow(/circular/);
    expect(await readlink(join(folder, 'latest'))).toBe('2026-03-01T10-00-00-migrate');
  });

  it('offers no addresses of a rehearsal: nothing is there', async () => {
    const rehearsed = result([project()], { command: 'rehearse' });
    const paths = await writeReports(folder, rehearsed, createRedactor());
    expect(paths.addresses).toBeNull();
    expect((await readdir(join(folder, 'latest'))).sort()).toEqual([
      'rehearse.html',
      'rehearse.json',
      'rehearse.md',
    ]);
  });

  it('lets no secret through', async () => {
    const redactor = createRedactor();
    redactor.add('glpat-<12345&678', 'root');
    const form = Buffer.from('root:glpat-<12345&678').toString('base64');
    const target = { path: 'x', id: 1, url: 'https://x/glpat-<12345&678' };
    const leaky = { ...failed, target, steps: [noticed(`sent glpat-<12345&678 and ${form}`)] };
    const paths = await writeReports(folder, result([leaky]), redactor);
    for (const path of Object.values(paths)) {
      const text = await readFile(path ?? '', 'utf8');
      expect(text).not.toMatch(/12345|cm9vdD/);
      expect(text).toContain('secret');
    }
  });
});
