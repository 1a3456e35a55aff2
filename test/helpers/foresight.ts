import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isConcerned } from '../../src/engine/results.ts';
import { itemsOf, type Plan, type PlanItem, type PlannedStep } from '../../src/model/plan.ts';
import type { Notice } from '../../src/model/notice.ts';
import type { ItemResult, Result } from '../../src/model/result.ts';
import { refsOf } from '../../src/steps/code.ts';
import type { TestServers } from './servers.ts';
import { gb2gl, resultOf, workplace } from './small-server.ts';

const execute = promisify(execFile);

/** One thing that an administrator is told: before the run by the plan, after it by the result. */
export type Told = { item: string; what: string; detail: unknown };

/** What the plan says: where everything goes, what is written, refused, diverged or blocked, and all warnings. */
export function foreseen(plan: Plan): Told[] {
  return sorted([
    ...itemsOf(plan).filter(isConcerned).flatMap(ofPlanned),
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
  const file = join(await workplace(servers), folder, 'reports', 'latest', 'plan.json');
  return JSON.parse(await readFile(file, 'utf8')) as Plan;
}

function ofPlanned(item: PlanItem): Told[] {
  const { id, blocked, fullPath } = item;
  if (blocked !== null) {
    const { code, message, fix } = blocked;
    return [{ item: id, what: 'blocked', detail: { code, message, fix } }];
  }
  return [
    { item: id, what: 'target', detail: fullPath },
    ...item.steps.flatMap((step) => ofStep(id, step, step.notices)),
  ];
}

function ofResult(item: ItemResult): Told[] {
  const { id, state, problem, target } = item;
  if (state === 'blocked' || state === 'failed' || state === 'interrupted') {
    const { code, message, fix } = { ...problem };
    return [{ item: id, what: state, detail: { code, message, fix } }];
  }
  return [
    { item: id, what: 'target', detail: target.path },
    ...item.steps.flatMap((step) => ofStep(id, step, [...step.notices, ...(step.check?.differences ?? [])])),
  ];
}

/** What a step counts, and everything that it notices; a plan and a result say both in the same words. */
function ofStep(
  item: string,
  { step, counts }: Pick<PlannedStep, 'step' | 'counts'>,
  notices: readonly Notice[],
): Told[] {
  return [
    { item, what: `${step} counts`, detail: counts },
    ...notices.map((notice) => ({ item, what: step, detail: notice })),
  ];
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
  for (const project of plan.projects) {
    const { id, fullPath, blocked } = project;
    const [owner = '', name = ''] = id.split('/');
    for (const { ref, outcome, new: object, reason = '' } of refsOf(project)) {
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
