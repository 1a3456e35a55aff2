import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { TrackerItem } from '../../src/model/tracker.ts';
import { writeArchives, type Archive } from '../../src/tracker/archive/archive.ts';
import { lineOf, milestoneMade, type MadeLine } from '../../src/tracker/archive/lines.ts';
import { partsOf } from '../../src/tracker/archive/parts.ts';
import { createProblems } from '../../src/tracker/archive/problems.ts';
import { IssueLine, MergeRequestLine } from '../../src/tracker/archive/schema.ts';
import { MemberLine, MilestoneLine } from '../../src/tracker/archive/words.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { issue, pull, sampleMaking, sampleMembers } from '../helpers/tracker-items.ts';

const run = promisify(execFile);
const making = sampleMaking();
const members = sampleMembers();
const schemas = { issues: IssueLine, merge_requests: MergeRequestLine, milestones: MilestoneLine };

function made(item: TrackerItem): MadeLine {
  const line = lineOf(item, making, createProblems());
  if (line === null) throw new Error('a sample is refused');
  return line;
}

/** Every third is by ren, the others by nobody whom GitLab knows. */
function issues(count: number): MadeLine[] {
  return Array.from({ length: count }, (_, index) =>
    made(issue({ number: index + 1, author: index % 3 === 0 ? 'ren' : 'zoe', body: `Text ${index}\n\nü` })),
  );
}

async function all(
  lines: Parameters<typeof writeArchives>[0],
  options: Parameters<typeof writeArchives>[1],
): Promise<Archive[]> {
  const archives = [];
  for await (const archive of writeArchives(lines, options)) archives.push(archive);
  return archives;
}

/** What tar finds, as GitLab asks it. */
async function unpacked(file: string): Promise<Map<string, string[]>> {
  await run('gzip', ['-t', file]);
  const { stdout } = await run('tar', ['--utc', '--full-time', '-tvzf', file]);
  const entries = stdout.trimEnd().split('\n');
  const found = new Map<string, string[]>();
  for (const entry of entries) {
    expect(entry).toMatch(/^-rw-r--r-- 0\/0 +\d+ 1970-01-01 00:00:00 tree\/project\/\w+\.ndjson$/);
    const name = entry.slice(entry.lastIndexOf(' ') + 1);
    const { stdout: text } = await run('tar', ['-xzOf', file, name], { maxBuffer: 2 ** 28 });
    expect(text.endsWith('\n')).toBe(true);
    found.set(name, text.slice(0, -1).split('\n'));
  }
  return found;
}

test('tar and gzip find every line in its part, and the people of that part', async () => {
  const requests = [made(pull({ number: 7 })), made(pull({ number: 9, author: 'mika' }))];
  const strangers = [made(issue({ number: 500, author: 'zoe' }))];
  const milestone = making.milestone('1.0');
  const lines = [...issues(450), ...requests, ...(milestone ? [milestoneMade(milestone)] : []), ...strangers];
  const archives = await all(lines, { directory: join(await tempDir(), 'new'), members });
  expect(archives.map(({ relation, items, people }) => [relation, items.length, ...people])).toEqual([
    ['issues', 200, 102],
    ['issues', 200, 102],
    ['issues', 50, 102],
    ['merge_requests', 2, 101, 102],
    ['milestones', 1],
    ['issues', 1],
  ]);

  const numbers: string[] = [];
  for (const { file, relation, items, people, bytes, size } of archives) {
    const files = await unpacked(file);
    const own = files.get(`tree/project/${relation}.ndjson`) ?? [];
    expect(own.map((line) => Buffer.byteLength(line) + 1).reduce((sum, each) => sum + each)).toBe(bytes);
    expect((await readFile(file)).length).toBe(size);
    const found = own.map((line) => schemas[relation].parse(JSON.parse(line)).iid);
    expect(items.map(({ number }) => number)).toEqual(found);
    numbers.push(...found.map((number) => `${relation} ${number}`));
    const listed = files.get('tree/project/project_members.ndjson') ?? [];
    expect(listed.map((line) => MemberLine.parse(JSON.parse(line)).user_id)).toEqual(people);
    expect(files.size).toBe(people.length > 0 ? 2 : 1);
  }
  expect(numbers).toEqual(lines.map(({ relation, number }) => `${relation} ${number}`));
});

test('equal lines give equal bytes, and only archives stay', async () => {
  const [one, two] = [await tempDir(), await tempDir()];
  const limits = { items: 7, bytes: 1e6 };
  const first = await all(issues(10), { directory: one, members, limits });
  const second = await all(issues(10), { directory: two, members, limits });
  for (const [index, { file }] of first.entries())
    expect((await readFile(file)).equals(await readFile(second[index]?.file ?? ''))).toBe(true);
  expect((await readdir(one)).toSorted()).toEqual(['issues-1.tar.gz', 'issues-8.tar.gz']);
});

test('no more lines are taken than the archive that is asked for needs', async () => {
  let taken = 0;
  function* lines() {
    for (const line of issues(30)) {
      taken += 1;
      yield line;
    }
  }
  const directory = await tempDir();
  const archives = writeArchives(lines(), { directory, members, limits: { items: 10, bytes: 1e6 } });
  await archives.next();
  expect(taken).toBe(11);
  await archives.next();
  expect(taken).toBe(21);
  await archives.return(undefined);
  expect((await readdir(directory)).filter((name) => name.endsWith('.ndjson'))).toEqual([]);
});

test('a part is as large as it may be, and a larger item is one alone', async () => {
  const lines = [60, 40, 1, 500, 1, 1, 1, 1].map((bytes) => ({ relation: 'issues' as const, bytes }));
  const parts: number[] = [];
  const limits = { items: 3, bytes: 100 };
  for await (const { part } of partsOf(lines, limits)) parts.push(part);
  expect(parts).toEqual([0, 0, 1, 2, 3, 3, 3, 4]);
});

test('what cannot be read or written ends the writing, and leaves no lines behind', async () => {
  function* broken() {
    yield* issues(3);
    throw new Error('the source is gone');
  }
  const directory = await tempDir();
  await expect(all(broken(), { directory, members })).rejects.toThrow('the source is gone');
  await mkdir(join(directory, 'issues-1.tar.gz'));
  await expect(all(issues(3), { directory, members })).rejects.toThrow('EISDIR');
  expect(await readdir(directory)).toEqual(['issues-1.tar.gz']);
  expect(await all([], { directory, members })).toEqual([]);
});
