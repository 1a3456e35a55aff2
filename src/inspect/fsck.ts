import { skipListName, waysOut } from '../gitlab/rules/object-checks.ts';
import type { Finding } from '../model/plan.ts';
import type { ReachedBadObject } from './objects.ts';
import { mostShown, placeOf, refList } from './words.ts';

/** What GitLab's git refuses, with the refs by commit; `further` more objects were not looked at one by one. */
export function badObjectFindings(
  bad: readonly ReachedBadObject[],
  refs: ReadonlyMap<string, readonly string[]>,
  { further, repository }: { further: number; repository: string },
): Finding[] {
  const findings = bad
    .slice(0, mostShown)
    .flatMap((each) => findingsOf(each, refs.get(each.commit) ?? [], repository));
  const more = bad.length - mostShown + further;
  if (bad.length === 0 || more <= 0) return findings;
  const message = `GitLab's git refuses about ${more} more objects; ${skipListName} in the folder of this report has their ids`;
  return [...findings, { ...common, object: 'further objects', message, fix: findings.at(-1)?.fix ?? '' }];
}

const common = { code: 'bad-object', refused: true } as const;

function findingsOf(
  { path, commit, faults }: ReachedBadObject,
  refs: readonly string[],
  repository: string,
): Finding[] {
  const where = refs.length === 0 ? '' : `, such as ${refList(refs)}`;
  return faults.map(({ type, id, check, text }) => ({
    ...common,
    object: id,
    message: `${check}: ${text}, in a ${type}${placeOf({ path, commit: commit === id ? '' : commit })}; GitLab's git refuses every ref that reaches it${where}`,
    fix: waysOut(check, repository),
  }));
}
