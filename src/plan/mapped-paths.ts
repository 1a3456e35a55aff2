import { freePath } from './free-path.ts';
import { legalPathIn } from './names.ts';
import {
  assign,
  block,
  type PathBlock,
  type PathContext,
  type PathEntry,
  type PathWork,
} from './path-assignment.ts';
import { nounOf } from './suggest-path.ts';

type MappedEntry = PathEntry & { wanted: string };
type Refusal = { entry: MappedEntry; cause: PathBlock['cause']; text: string };

/** Grants what the config's map asks for; returns what cannot be granted. */
export function grantMapped(entries: readonly PathEntry[], work: PathWork): Refusal[] {
  const mapped = entries.filter(isMapped);
  const rivals = countRivals(mapped);
  const refusals: Refusal[] = [];
  for (const entry of mapped) {
    const refusal = refuse(entry, rivals, work);
    if (refusal === null) assign(entry, entry.wanted, reasonFor(entry, work.context), work);
    else refusals.push(refusal);
  }
  return refusals;
}

/** Blocks the refused entries. Comes after all other paths are given, so that the one in the fix is free. */
export function blockMapped(refusals: readonly Refusal[], work: PathWork): void {
  const { context, claims } = work;
  const section = context.level === 'project' ? 'repositories' : 'owners';
  for (const { entry, cause, text } of refusals) {
    const free = freePath(entry.wanted, entry.key, context, claims) ?? nounOf(context.level);
    claims.claim(free, entry.key);
    const fullPath = context.parent ? `${context.parent}/${free}` : free;
    const reason = `the map in the config asks for "${entry.wanted}", but ${text}`;
    const fix = `"map": { "${section}": { ${JSON.stringify(entry.key)}: ${JSON.stringify(fullPath)} } }`;
    block(entry, entry.wanted, { cause, reason, fix }, work);
  }
}

function refuse(entry: MappedEntry, rivals: ReadonlyMap<string, number>, work: PathWork): Refusal | null {
  const { context, claims } = work;
  const [violation] = legalPathIn(context.parent ?? null, entry.wanted, context.level);
  if (violation !== undefined) return { entry, cause: 'illegal', text: `it ${violation.message}` };
  if ((rivals.get(entry.wanted.toLowerCase()) ?? 0) > 1) {
    return { entry, cause: 'taken', text: 'for more than one (letter case does not count)' };
  }
  const conflict = claims.conflict(entry.wanted, entry.key);
  return conflict === null ? null : { entry, cause: 'taken', text: conflict };
}

function reasonFor(entry: MappedEntry, context: PathContext): string | null {
  const earlier = context.remembered.get(entry.key);
  if (earlier !== undefined && earlier !== entry.wanted) {
    return `set by the map in the config; an earlier run used "${earlier}", which stays as it is`;
  }
  return entry.wanted === entry.original ? null : 'set by the map in the config';
}

function countRivals(mapped: readonly MappedEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { wanted } of mapped) {
    const path = wanted.toLowerCase();
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return counts;
}

function isMapped(entry: PathEntry): entry is MappedEntry {
  return entry.wanted !== undefined;
}
