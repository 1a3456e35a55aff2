import type { RefChange, RefMap } from '../model.ts';
import { travels } from './ref-names.ts';

type LeftoverInput = {
  target: RefMap;
  written: ReadonlyMap<string, ReadonlySet<string>>;
  notes: boolean;
  prune: boolean;
  targetDefault?: string | null;
  /** Why the target's protections keep the ref; null when they do not. */
  closed: (ref: string, write: 'delete') => { reason: string; fix: string } | null;
};

/** What happens to the refs that exist only on the target. */
export function planLeftovers(source: RefMap, input: LeftoverInput): RefChange[] {
  const changes: RefChange[] = [];
  for (const [ref, old] of input.target) {
    if (source.has(ref) || !travels(ref, input)) continue;
    const change: RefChange = { ref, outcome: 'kept', old, new: null, force: false, late: false };
    const why = whyKept(ref, old, source.size === 0, input);
    changes.push(why === null ? { ...change, outcome: 'delete', force: true } : { ...change, ...why });
  }
  return changes;
}

function whyKept(
  ref: string,
  id: string,
  sourceIsEmpty: boolean,
  input: LeftoverInput,
): { reason: string; fix?: string } | null {
  const ids = input.written.get(ref);
  if (ids === undefined || ids.size === 0) return { reason: 'only on the target; not made by this tool' };
  if (!ids.has(id)) return { reason: 'deleted on the source; the target was moved since this tool wrote it' };
  if (!input.prune) {
    return { reason: 'deleted on the source; kept without --prune', fix: 'run again with --prune' };
  }
  // A source that shows no ref at all is more likely broken than emptied (gitbucket-observed A3).
  if (sourceIsEmpty) return { reason: 'the source shows no ref at all, so nothing is deleted' };
  if (ref !== `refs/heads/${input.targetDefault ?? ''}`) return input.closed(ref, 'delete');
  const fix =
    'choose another default branch in the settings of the GitLab project, then run again with --prune';
  return { reason: 'The default branch of a project cannot be deleted.', fix };
}
