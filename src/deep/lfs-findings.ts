import type { Finding } from '../model.ts';
import type { LfsStock } from '../source/lfs-objects.ts';
import { formatMebibytes, plural } from '../text/format.ts';
import type { FoundPointer } from './pointer-search.ts';
import { MOST_SHOWN, placeOf } from './words.ts';

export type LfsFacts = {
  /** Every LFS object that the history names, by its id. */
  pointers: ReadonlyMap<string, FoundPointer>;
  /** Ids that history names which GitLab does not have yet. */
  travelling: ReadonlySet<string>;
  /** GitLab looks for missing objects in this project. */
  checked: boolean;
  stock: LfsStock;
};

const kind = 'missing-lfs-object';

/**
 * Objects that are lost on GitBucket, one by one; and, once for all, that GitLab refuses history that names objects which
 * it does not have (gitlab-contract §4.7), since objects do not travel.
 */
export function lfsFindings(facts: LfsFacts): Finding[] {
  const { pointers, stock } = facts;
  if (pointers.size === 0) return [];
  return [...stayFinding(facts), ...(stock.answers ? lostFindings(facts) : [silentFinding(pointers.size)])];
}

function isRefused({ seenByGitLab, oid }: FoundPointer, { travelling, checked }: LfsFacts): boolean {
  return checked && seenByGitLab && travelling.has(oid);
}

function stayFinding(facts: LfsFacts): Finding[] {
  const needed = [...facts.pointers.values()].filter((pointer) => isRefused(pointer, facts));
  const [first] = needed;
  if (first === undefined) return [];
  const bytes = needed.reduce((sum, { size }) => sum + size, 0);
  const number = plural(needed.length, 'LFS object');
  return [
    {
      kind,
      refused: true,
      object: first.path === '' ? first.oid : first.path,
      reason: `the history names ${number} (${formatMebibytes(bytes)}); GitLab refuses it as long as it does not have them, and this run does not move them`,
      fix: 'when the project is there, switch Git LFS off for it (Settings > General > Visibility), run again, push the objects from a complete clone (git lfs push --all), and switch it on again',
    },
  ];
}

function lostFindings(facts: LfsFacts): Finding[] {
  const lost = [...facts.pointers.values()].filter(({ oid }) => facts.stock.missing.has(oid));
  const findings: Finding[] = lost.slice(0, MOST_SHOWN).map((pointer) => ({
    kind,
    refused: isRefused(pointer, facts),
    object: pointer.oid,
    reason: `GitBucket does not have this LFS object of ${formatMebibytes(pointer.size)}${placeOf(pointer)}`,
    fix: 'push it from a clone that has it: git lfs push --object-id origin ' + pointer.oid,
  }));
  if (lost.length > MOST_SHOWN) {
    const reason = `GitBucket does not have ${lost.length - MOST_SHOWN} more LFS objects`;
    const refused = lost.slice(MOST_SHOWN).some((pointer) => isRefused(pointer, facts));
    findings.push({ kind, refused, object: 'further objects', reason, fix: 'git lfs push --all origin' });
  }
  return findings;
}

/** gitbucket-observed A5. */
function silentFinding(count: number): Finding {
  return {
    kind,
    refused: false,
    object: 'Git LFS',
    reason: `GitBucket refuses every LFS request although git works with the same token: it has no base URL; whether its ${count} LFS objects are there cannot be told`,
    fix: 'set "Base URL" on GitBucket (System administration > System settings), then run again',
  };
}
