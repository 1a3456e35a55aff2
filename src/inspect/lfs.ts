import type { PointerBlob } from '../model/lfs.ts';
import type { Finding } from '../model/plan.ts';
import type { LfsAvailability, LfsObject } from '../model/source.ts';
import { formatMebibytes, plural } from '../text/format.ts';
import { mostShown, placeOf } from './words.ts';

export type LfsFacts = {
  /** Every LFS object that the history names, by its id. */
  pointers: ReadonlyMap<string, FoundPointer>;
  /** Ids that history names which GitLab does not have yet. */
  travelling: ReadonlySet<string>;
  /** GitLab looks for missing objects in this project. */
  checked: boolean;
  availability: LfsAvailability;
};

const code = 'missing-lfs-object';

/**
 * Objects that are lost on GitBucket, one by one; and, once for all, that GitLab refuses history that names objects which
 * it does not have (GL-254), since objects do not travel.
 */
export function lfsFindings(facts: LfsFacts): Finding[] {
  const { pointers, availability } = facts;
  if (pointers.size === 0) return [];
  return [
    ...stayFinding(facts),
    ...(availability.answers ? lostFindings(facts) : [silentFinding(pointers.size)]),
  ];
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
      code,
      refused: true,
      object: first.path === '' ? first.oid : first.path,
      message: `the history references ${number} (${formatMebibytes(bytes)}); GitLab refuses it until it has them, and this run does not migrate them`,
      fix: 'once the project exists, disable Git LFS for it (Settings > General > Visibility), run again, push the objects from a complete clone (git lfs push --all), and enable it again',
    },
  ];
}

function lostFindings(facts: LfsFacts): Finding[] {
  const lost = [...facts.pointers.values()].filter(({ oid }) => facts.availability.missing.has(oid));
  const findings: Finding[] = lost.slice(0, mostShown).map((pointer) => ({
    code,
    refused: isRefused(pointer, facts),
    object: pointer.oid,
    message: `GitBucket does not have this LFS object of ${formatMebibytes(pointer.size)}${placeOf(pointer)}`,
    fix: 'push it from a clone that has it: git lfs push --object-id origin ' + pointer.oid,
  }));
  if (lost.length > mostShown) {
    const message = `GitBucket does not have ${lost.length - mostShown} more LFS objects`;
    const refused = lost.slice(mostShown).some((pointer) => isRefused(pointer, facts));
    findings.push({ code, refused, object: 'further objects', message, fix: 'git lfs push --all origin' });
  }
  return findings;
}

/** GB-141. */
function silentFinding(count: number): Finding {
  return {
    code,
    refused: false,
    object: 'Git LFS',
    message: `GitBucket refuses every LFS request although git works with the same token: its base URL is not set; its ${count} LFS objects cannot be checked`,
    fix: 'set "Base URL" on GitBucket (System administration > System settings), then run again',
  };
}

export type FoundPointer = LfsObject & {
  path: string;
  /** The commit that brought it; empty for what no commit of the walk brought. */
  commit: string;
  /** False when GitLab overlooks it, because it is longer than it should be. */
  seenByGitLab: boolean;
};

/** Takes a pointer in: one entry for each LFS object, the first that was met. */
export function notePointer(found: Map<string, FoundPointer>, pointer: PointerBlob): void {
  const { oid, size, path, commit, plain } = pointer;
  const known = found.get(oid);
  if (known) known.seenByGitLab ||= plain;
  else found.set(oid, { oid, size, path, commit, seenByGitLab: plain });
}
