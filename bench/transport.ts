/**
 * The transport: gb2gl against `git clone --mirror` + `git push` of heads and tags, against the floor that the servers
 * set, with slow hooks and with slow answers. Both servers run in this process on loopback; refs are compared after
 * each run. Repositories are copied, never changed.
 *
 *   npx tsx bench/transport.ts [--rounds 5] [--only whole|big|small|hooks|latency] [--pulls] [--big 256] PATH...
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareHooks } from './hooks.ts';
import { countLatency } from './latency.ts';
import { compareSmall } from './small.ts';
import { existing, incompressible, withPulls } from './subjects.ts';
import { compareWhole } from './whole.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    pulls: { type: 'boolean', default: false },
    big: { type: 'string', default: '256' },
    repositories: { type: 'string', default: '200' },
    refs: { type: 'string', default: '2000' },
  },
});
const rounds = Number(values.rounds);

const parts: Record<string, (folder: string) => Promise<void>> = {
  async whole(folder) {
    for (const path of positionals) {
      const subject = existing(path);
      await compareWhole(subject, rounds);
      if (values.pulls) await compareWhole(withPulls(subject, folder), rounds);
    }
  },
  async big(folder) {
    await compareWhole(await incompressible(Number(values.big), folder), rounds);
  },
  async small() {
    await compareSmall({ repositories: Number(values.repositories), refs: 61 }, rounds);
  },
  async hooks() {
    await compareHooks({ refs: Number(values.refs), pushMs: 1500, msPerRef: 15 }, rounds);
  },
  async latency() {
    await countLatency({ refs: 50, ms: 100 });
  },
};

const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0) throw new Error(`--only takes one of ${Object.keys(parts).join(', ')}`);
const folder = await mkdtemp(join(tmpdir(), 'gb2gl-bench-'));
try {
  const load = loadavg().map((value) => value.toFixed(2));
  console.log(`median of ${rounds} round(s); load before: ${load.join(' ')}`);
  for (const [, run] of chosen) await run(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
