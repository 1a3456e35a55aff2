/** Few findings of a kind tell what is the matter; thousands would hide all else. */
export const mostShown = 100;

/** Where an object comes from, as far as git told. */
export function placeOf({ path, commit }: { path: string; commit: string }): string {
  const parts = [
    ...(path === '' ? [] : [path]),
    ...(/^[0-9a-f]{40}$/.test(commit) ? [`commit ${commit}`] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** `main`, `main and 3 other branches`. */
export function branchList(names: readonly string[]): string {
  return andOthers(names, 'branch', 'branches');
}

/** `refs/heads/main and one other ref`. */
export function refList(refs: readonly string[]): string {
  return andOthers(refs, 'ref', 'refs');
}

function andOthers([first = '', ...others]: readonly string[], one: string, many: string): string {
  if (others.length === 0) return first;
  return `${first} and ${others.length === 1 ? `one other ${one}` : `${others.length} other ${many}`}`;
}
