import type { Environment } from '../environment.ts';
import { exitCodeOf } from '../failures/index.ts';
import { interruption, notConfirmed, wrongUsage } from '../failures/usage.ts';
import type { Plan, PlanItem } from '../model/plan.ts';
import { planTotals } from '../report/plan-summary.ts';
import { renderPlan } from '../report/plan-view.ts';
import { planQuestion } from '../ui/plan-messages.ts';
import { createPrompt, saysYes } from '../ui/prompt.ts';
import { planEnd } from './plan-end.ts';
import type { Session } from './session.ts';

type Flags = { json?: boolean; quiet?: boolean };

/** Where somebody sees a question and can answer it; null where nobody is asked, as in a script. */
function asker(flags: Flags, { stdin, stdout, stderr }: Environment): NodeJS.WriteStream | null {
  if (!stdin.isTTY) return null;
  const own = flags.json ? [] : [stdout];
  const streams = flags.quiet ? [stderr, ...own] : [...own, stderr];
  return streams.find(({ isTTY }) => isTTY) ?? null;
}

/** Before anything is read: a script must not depend on what there is to do. @throws usage */
export function demandConsent(flags: Flags, environment: Environment): void {
  if (asker(flags, environment) !== null) return;
  throw wrongUsage('', {
    detail:
      'migrate writes to GitLab and asks first, but there is no terminal to ask on: confirm with --yes (gb2gl plan shows what would be done)',
  });
}

/**
 * Shows the plan and asks whether to carry it out, unless it writes nothing; gives the milliseconds that the question
 * waited. The terminal is stopped meanwhile.
 * @throws interrupted after Ctrl-C while the servers were read, not-confirmed for everything but a yes
 */
export async function askConsent(
  plan: Plan,
  flags: Flags,
  session: Session,
  environment: Environment,
): Promise<number> {
  const { runtime, stdin } = environment;
  const { terminal, say } = session;
  if (runtime.stopping.aborted) throw interruption('migrate');
  const output = asker(flags, environment);
  const question = planQuestion(planTotals(withoutBlocked(plan)), plan.target.url);
  if (question === null || output === null) return 0;
  await terminal.stop();
  const { palette } = terminal;
  if (!flags.quiet) {
    const lines = renderPlan(plan, { width: terminal.columns(), palette });
    say(`${[...lines, ...planEnd(plan, null, session)].join('\n')}\n\n`);
  }
  const asked = runtime.now();
  const prompt = createPrompt({ stdin, output, stopping: runtime.stopping });
  try {
    if (!(await saysYes(prompt, question))) throw notConfirmed('migrate');
    return runtime.now() - asked;
  } catch (error) {
    throw exitCodeOf(error) === 130 ? notConfirmed('migrate') : error;
  } finally {
    prompt.close();
  }
}

function withoutBlocked(plan: Plan): Plan {
  const { people, groups, projects } = plan;
  return {
    ...plan,
    people: people.filter(isOpen),
    groups: groups.filter(isOpen),
    projects: projects.filter(isOpen),
  };
}

function isOpen({ blocked }: PlanItem): boolean {
  return blocked === null;
}
