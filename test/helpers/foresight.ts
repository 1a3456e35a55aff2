import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plan, PlannedGroup, PlannedProject, RefChange } from '../../src/model/plan.ts';
import type { ItemResult, Result } from '../../src/model/result.ts';
import { countOutcomes } from '../../src/plan/refs.ts';
import type { TestServers } from './servers.ts';
import { gb2gl, resultOf, workplace } from './small-server.ts';

const execute = promisify(execFile);

/** One thing that an administrator is told: before the run by the plan, after it by the result. */
export type Told = { item: string; what: string; detail: unknown };

/** What the plan says: where everything goes, what is written, refused, diverged or blocked, and all warnings. */
export function foreseen(plan: Plan): Told[] {
  return sorted([
    ...plan.groups.flatMap(ofPlanned),
    ...plan.projects.flatMap(ofPlanned),
    ...plan.problems.map((problem) => ({ item: problem.object, what: 'problem', detail: problem })),
    ...plan.warnings.map((warning) => ({ item: '', what: 'warning', detail: warning })),
  ]);
}

/** The same of what a run met. */
export function met(result: Result): Told[] {
  return sorted([
    ...result.items.flatMap(ofResult),
    ...result.problems.map((problem) => ({ item: problem.object, what: 'problem', detail: problem })),
    ...result.warnings.map((warning) => ({ item: '', what: 'warning', detail: warning })),
  ]);
}

/** Runs `plan` and then `migrate` with the same flags; gives both documents. */
export async function planThenMigrate(
  servers: TestServers,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{ plan: Plan; result: Result }> {
  const plan = await planOf(servers, flags, env);
  const run = await gb2gl(servers, ['migrate', '--all', '--json', ...flags, '--yes'], env);
  return { plan, result: resultOf(run) };
}

/** What `plan --all` writes into the report folder. */
export async function planOf(
  servers: TestServers,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Plan> {
  const run = await gb2gl(servers, ['plan', '--all', '--quiet', ...flags], env);
  if (run.code === 2 || run.code === 3) throw new Error(`no plan, exit ${run.code}: ${run.stderr}`);
  const workDir = flags[flags.indexOf('--work-dir') + 1] ?? '';
  const folder = flags.includes('--work-dir') ? workDir : '.gb2gl';
  const file = join(await workplace(servers), folder, 'reports', 'plan.json');
  return JSON.parse(await readFile(file, 'utf8')) as Plan;
}

function ofPlanned(item: PlannedGroup | PlannedProject): Told[] {
  const { id, blocked, fullPath } = item;
  if (blocked !== null) {
    const { code, message, fix } = blocked;
    return [{ item: id, what: 'blocked', detail: { code, message, fix } }];
  }
  const told: Told[] = [{ item: id, what: 'target', detail: fullPath }];
  if (item.kind === 'group') return told;
  told.push({ item: id, what: 'counts', detail: countOutcomes(item.refs) });
  return [...told, ...warnings(item), ...attention(id, item.refs)];
}

function ofResult(item: ItemResult): Told[] {
  const { id, state, problem, target } = item;
  if (state === 'blocked' || state === 'failed' || state === 'interrupted') {
    const { code, message, fix } = { ...problem };
    return [{ item: id, what: state, detail: { code, message, fix } }];
  }
  const told: Told[] = [{ item: id, what: 'target', detail: target.path }];
  if (item.kind === 'group') return told;
  told.push({ item: id, what: 'counts', detail: item.refs });
  return [...told, ...warnings(item), ...attention(id, item.attention)];
}

function warnings({ id, warnings: texts }: { id: string; warnings: string[] }): Told[] {
  return texts.map((detail) => ({ item: id, what: 'warning', detail }));
}

function attention(id: string, refs: readonly RefChange[]): Told[] {
  return refs
    .filter(({ outcome }) => outcome === 'refused' || outcome === 'diverged')
    .map(({ ref, outcome, reason, fix }) => ({ item: id, what: outcome, detail: { ref, reason, fix } }));
}

function sorted(told: readonly Told[]): Told[] {
  return [...told].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/**
 * Pushes each ref that the plan calls refused, alone and with force, as an administrator would by hand. Gives those that
 * the target takes after all, or refuses in other words: a plan must not refuse what GitLab would take.
 */
export async function wronglyRefused({ gitbucket, gitlab }: TestServers, plan: Plan): Promise<string[]> {
  const url = new URL(gitlab.url);
  url.username = 'oauth2';
  url.password = gitlab.token('root');
  const wrong: string[] = [];
  for (const { id, refs, fullPath, blocked } of plan.projects) {
    const [owner = '', name = ''] = id.split('/');
    for (const { ref, outcome, new: object, reason = '' } of refs) {
      if (outcome !== 'refused' || blocked !== null) continue;
      const push = ['push', '--force', `${url.href.replace(/\/$/, '')}/${fullPath}.git`, `${object}:${ref}`];
      const answer = await execute('git', ['-C', gitbucket.gitDir(owner, name), ...push]).then(
        () => 'taken',
        (error: Error & { stderr?: string }) => error.stderr ?? error.message,
      );
      const words = reason.split(':')[0] ?? reason;
      if (!answer.includes(words) && !(words === 'refname conflict' && /cannot lock ref|exists/.test(answer)))
        wrong.push(`${id} ${ref}: ${answer}`);
    }
  }
  return wrong;
}
