import type { Result } from '../model/result.ts';
import { countOf, formatBytes, formatCount, formatDuration, plural } from '../text/format.ts';
import { besideRefs, type Verdict } from '../ui/messages.ts';
import { allowedMissing } from './allowed-losses.ts';
import { countAll } from './result.ts';

/** The whole run in one sentence, and what it amounts to in a second one. */
export function verdictOf(result: Result): Verdict {
  const { states } = result.totals;
  const detail = detailOf(result);
  if (result.exitCode === 130) {
    return { tone: 'warn', title: 'Interrupted. Run the same command again to resume', detail };
  }
  const bad: string[] = [];
  if (states.failed > 0) bad.push(`${plural(states.failed, 'item')} failed`);
  if (result.problems.length > 0) bad.push(`${plural(result.problems.length, 'object')} could not be read`);
  const waiting = states.blocked + states.drifted + states.diverged + states.refused;
  const verb = waiting === 1 ? 'needs' : 'need';
  const open =
    waiting > 0
      ? [`${bad.length > 0 ? formatCount(waiting) : plural(waiting, 'item')} ${verb} your decision`]
      : [];
  if (bad.length > 0) return { tone: 'bad', title: [...bad, ...open].join(', '), detail };
  if (open.length > 0) return { tone: 'warn', title: open.join(''), detail };
  const without = allowedMissing(result.items);
  const title = `${calmTitle(result)}${butFor(without)}`;
  return { tone: isWholeView(result) && without === 0 ? 'good' : 'warn', title, detail };
}

/** False when the whole server was meant, and an unknown part of it was not shown. */
function isWholeView({ source, selected }: Result): boolean {
  return source.view === 'administrator' || !selected.includes('--all');
}

/** What is not there is told in the same breath: the sentence must not say more than was seen. */
function butFor(objects: number): string {
  return objects === 0 ? '' : `, but for ${plural(objects, 'LFS object')} that you allowed to be missing`;
}

function calmTitle(result: Result): string {
  const { view, user } = result.source;
  const everything = view === 'user' ? `Everything selected that ${user} can see` : 'Everything selected';
  if (result.items.length === 0)
    return view === 'user' ? `Nothing to do that ${user} can see` : 'Nothing to do';
  if (result.command === 'verify') return `${everything} is equal on both sides`;
  if (result.command === 'rehearse')
    return view === 'user'
      ? `GitLab would accept everything that ${user} can see`
      : 'GitLab would accept everything';
  const wrote = result.items.some(({ changed }) => changed);
  return wrote
    ? `${everything} is on GitLab and proven`
    : `${everything} was already on GitLab and is proven`;
}

function detailOf({ totals }: Result): string {
  const { projects, refs } = totals.complete;
  const parts = [
    `${shareOf(projects, totals.projects, 'repository', 'repositories')} complete`,
    shareOf(refs.done, refs.of, 'ref', 'refs'),
    ...besideRefs(totals).map(({ title, counts }) => countOf(countAll(counts), title)),
    plural(totals.groups, 'group'),
  ];
  if (totals.bytes > 0) parts.push(`${formatBytes(totals.bytes)} transferred`);
  return `${parts.join(', ')} in ${formatDuration(totals.ms)}`;
}

/** `44 repositories`, or `42 of 44 repositories`. */
function shareOf(done: number, of: number, one: string, many: string): string {
  return done === of ? plural(of, one, many) : `${formatCount(done)} of ${plural(of, one, many)}`;
}
