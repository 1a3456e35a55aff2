import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { migrateCommand } from '../../src/commands/migrate.ts';
import { planCommand } from '../../src/commands/plan.ts';
import type { ItemStatus } from '../../src/commands/standing.ts';
import { statusCommand } from '../../src/commands/status.ts';
import { verifyCommand } from '../../src/commands/verify.ts';
import type { CommonOptions, Environment } from '../../src/environment.ts';
import type { PlannedProject } from '../../src/model/plan.ts';
import type { Check, ItemResult } from '../../src/model/result.ts';
import { createRedactor } from '../../src/net/redact.ts';
import { parsePlan, parseResult } from '../../src/report/schema.ts';
import { steps } from '../../src/steps/index.ts';
import { proven, type AnyStep, type Step } from '../../src/steps/step.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';
import { itemOf, smallServers } from '../helpers/small-server.ts';

const Part = z.object({ stamp: z.string() });
const Data = z.object({ stamped: z.string().optional() });

/** Writes a stamp into the description of each project. GitLab is made out not to take that of team-a/two. */
function stampStep(
  servers: () => TestServers,
): Step<z.infer<typeof Part>, z.infer<typeof Data>, PlannedProject> {
  async function ask(id: number, init: RequestInit = {}): Promise<{ description: string | null }> {
    const { gitlab } = servers();
    const headers = { 'private-token': gitlab.token('root'), 'content-type': 'application/json' };
    const answer = await fetch(`${gitlab.url}/api/v4/projects/${id}`, { ...init, headers });
    return (await answer.json()) as { description: string | null };
  }
  return {
    name: 'stamp',
    title: 'Stamps',
    of: 'project',
    stage: 'tracker',
    part: Part,
    data: Data,
    async plan({ item }) {
      const stamp = `stamped ${item.id}`;
      const now = item.existing === null ? null : (await ask(item.existing.id)).description;
      const missing = now !== stamp && item.id !== 'team-a/two';
      const notice = { code: 'stamp-new', object: item.id, message: 'gets its first stamp', fix: '' };
      return {
        part: { stamp },
        changes: missing,
        state: 'proven',
        counts: { press: missing ? 1 : 0 },
        notices: missing ? [notice] : [],
      };
    },
    async run({ stamp }, work) {
      const { place, item } = work;
      if (place === null || item.id === 'team-a/two') return { changed: false, counts: { press: 0 } };
      if ((await ask(place.id)).description === stamp) return { changed: false, counts: { press: 0 } };
      await work.record('started');
      await ask(place.id, { method: 'PUT', body: JSON.stringify({ description: stamp }) });
      await work.record('done', { data: { stamped: stamp } });
      return { changed: true, counts: { press: 1 } };
    },
    async verify({ stamp }, { place, item }): Promise<Check> {
      const { description } = await ask(place?.id ?? 0);
      if (description === stamp) return proven(1);
      const message = 'the pad is dry';
      const fix = 'buy ink';
      return {
        state: 'refused',
        compared: 1,
        hash: null,
        differences: [{ code: 'stamp-refused', object: `stamp of ${item.id}`, message, fix }],
      };
    },
  };
}

const shared = sharedByAll(smallServers);
const stamp = stampStep(shared) as AnyStep;

beforeAll(() => {
  const behindPushes = steps.findIndex(({ name }) => name === 'wiki') + 1;
  (steps as AnyStep[]).splice(behindPushes, 0, stamp);
});

afterAll(() => {
  const list = steps as AnyStep[];
  list.splice(list.indexOf(stamp), 1);
});

type Said = { code: number; stdout: string; stderr: string };

/** Runs a command in this process, in which the step is on the list. */
async function run(
  command: (options: never, environment: Environment) => Promise<number>,
  options: Record<string, unknown> = {},
): Promise<Said> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts: [string[], string[]] = [[], []];
  stdout.on('data', (chunk: Buffer) => texts[0].push(chunk.toString()));
  stderr.on('data', (chunk: Buffer) => texts[1].push(chunk.toString()));
  const { folder, env } = shared();
  const runtime = { ...quietRuntime(folder), env: { ...process.env, ...env } };
  const environment: Environment = {
    runtime,
    stdin: process.stdin,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    schemaFile: '',
    nodeVersion: process.versions.node,
    version: '0.0.0',
    words: [],
    redactor: createRedactor(),
  };
  const common: CommonOptions = { workDir: '.gb2gl', color: false };
  const code = await command({ ...common, ...options } as never, environment);
  return { code, stdout: texts[0].join(''), stderr: texts[1].join('') };
}

function report(name: string): Promise<string> {
  return readFile(join(shared().folder, '.gb2gl', 'reports', 'latest', name), 'utf8');
}

function stampOf(item: ItemResult) {
  return item.steps.find(({ step }) => step === 'stamp');
}

test('a new step is one object in the list: plan.json and plan.md have it', async () => {
  const { code, stdout } = await run(planCommand, { all: true });
  expect(code).toBe(0);
  const plan = parsePlan(await report('plan.json'), 'plan.json', steps);
  const [first] = plan.projects;
  expect(first?.steps.find(({ step }) => step === 'stamp')).toMatchObject({
    title: 'Stamps',
    changes: true,
    counts: { press: 1 },
    part: { stamp: 'stamped team-a/one' },
  });
  for (const text of [stdout, await report('plan.md')]) {
    expect(text).toContain('2 stamps: 2 press');
    expect(text).toContain('gets its first stamp');
  }
});

test('it runs after everything is pushed, and result, terminal, journal, status and reports have it', async () => {
  const pushed = shared().gitlab.server.requests.length;
  const { code, stdout } = await run(migrateCommand, { all: true, yes: true });
  expect(code).toBe(4);
  const requests = shared().gitlab.server.requests.slice(pushed);
  const pushes = requests.flatMap(({ method, url }, index) =>
    method === 'POST' && url.includes('receive-pack') ? [index] : [],
  );
  const changes = requests.flatMap(({ method, url }, index) =>
    method === 'PUT' && url.includes('/projects/') ? [index] : [],
  );
  expect(changes).toHaveLength(2);
  expect(Math.min(...changes)).toBeGreaterThan(Math.max(...pushes));

  const result = parseResult(JSON.parse(await report('result.json')));
  expect(stampOf(itemOf(result, 'team-a/one'))).toMatchObject({ state: 'proven', changed: true });
  expect(itemOf(result, 'team-a/one').state).toBe('proven');
  expect(itemOf(result, 'team-a/two').state).toBe('refused');
  expect(result.totals.steps).toContainEqual({ step: 'stamp', title: 'Stamps', counts: { press: 2 } });
  expect(stdout).toContain('2 stamps');
  expect(stdout).toContain('stamp of team-a/two refused: the pad is dry');
  for (const name of ['report.md', 'report.html']) {
    const text = await report(name);
    expect(text, name).toContain('the pad is dry');
    expect(text, name).toContain('buy ink');
  }
  expect(await report('report.html')).toContain('"title":"Stamps"');

  const journal = await readFile(join(shared().folder, '.gb2gl', 'journal.jsonl'), 'utf8');
  const records = journal
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { item?: string; step?: string; data?: object })
    .filter(({ step, item }) => step === 'stamp' && item === 'team-a/one');
  expect(records).toMatchObject([
    { status: 'started' },
    { status: 'done', data: { stamped: 'stamped team-a/one' } },
    { status: 'done', check: { state: 'proven' } },
  ]);

  const status = await run(statusCommand, { json: true });
  const { items } = JSON.parse(status.stdout) as { items: ItemStatus[] };
  expect(items.find(({ id }) => id === 'team-a/one')?.steps).toMatchObject({ stamp: 'proven' });
  expect((await run(statusCommand)).stdout).toContain(
    'refused  team-a/two: stamp of team-a/two refused: the pad is dry',
  );
});

test('a second run writes nothing, and verify comes to the same state with the same proof', async () => {
  shared().gitlab.server.requests.length = 0;
  const again = await run(migrateCommand, { all: true, yes: true, json: true });
  expect(again.code).toBe(4);
  expect(writesOf(shared().gitlab.server.requests)).toEqual([]);
  const verified = await run(verifyCommand, { all: true, json: true });
  expect(verified.code).toBe(4);
  const [migration, verification] = [again, verified].map(({ stdout }) =>
    parseResult(JSON.parse(stdout)).items.map(({ id, state, steps: own }) => ({
      id,
      state,
      checks: own.map(({ step, check }) => [step, { ...check, asOf: typeof check?.asOf }]),
    })),
  );
  expect(verification).toEqual(migration);
});
