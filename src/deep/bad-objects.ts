import type { Finding } from '../model.ts';
import type { ReachedBadObject } from './scan.ts';
import { MOST_SHOWN, placeOf, refList } from './words.ts';

/** git lets nobody ignore these. */
const NEVER_IGNORED: ReadonlySet<string> = new Set(['nulInHeader', 'unterminatedHeader']);

const REWRITE = 'rewrite the history on GitBucket without it (git filter-repo), then run again';

/** What GitLab's git refuses, with the refs by commit; `further` more objects were not looked at one by one. */
export function badObjectFindings(
  bad: readonly ReachedBadObject[],
  refs: ReadonlyMap<string, readonly string[]>,
  further: number,
): Finding[] {
  const shown = bad.slice(0, MOST_SHOWN).flatMap((each) => findingsOf(each, refs.get(each.commit) ?? []));
  const more = bad.length - MOST_SHOWN + further;
  if (bad.length === 0 || more <= 0) return shown;
  const reason = `about ${more} more objects are refused by GitLab's git; git fsck --strict in the mirror lists them`;
  return [...shown, { ...common, object: 'further objects', reason, fix: shown.at(-1)?.fix ?? REWRITE }];
}

const common = { kind: 'bad-object', refused: true } as const;

function findingsOf({ path, commit, faults }: ReachedBadObject, refs: readonly string[]): Finding[] {
  const where = refs.length === 0 ? '' : `, such as ${refList(refs)}`;
  return faults.map(({ type, id, check, text }) => ({
    ...common,
    object: id,
    reason: `${check}: ${text}, in a ${type}${placeOf({ path, commit: commit === id ? '' : commit })}; GitLab's git refuses every ref that leads to it${where}`,
    fix: NEVER_IGNORED.has(check) ? REWRITE : letThrough(check),
  }));
}

/** The setting of Gitaly that an administrator can make (gitlab-contract §4.5). */
function letThrough(check: string): string {
  return `as administrator of GitLab add { key: "receive.fsck.${check}", value: "ignore" } to the git config of gitaly['configuration'] in gitlab.rb (or list the object ids in a file named by "receive.fsck.skipList"); else ${REWRITE}`;
}
