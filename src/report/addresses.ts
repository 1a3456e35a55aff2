import type { ItemResult, Result } from '../model/result.ts';

/** `private`, or `public → internal` when it is not the same on both sides. */
export function visibilityText(visibility: ItemResult['visibility']): string {
  if (visibility === null) return '';
  const { source, target } = visibility;
  return source === null || source === target ? target : `${source} → ${target}`;
}

/** The addresses of an item in a browser, before and after; null while there is nothing on the target. */
export function addressesOf(
  { id, target }: ItemResult,
  servers: Pick<Result, 'source' | 'target'>,
): { old: string; now: string | null } {
  const now = target.id === null ? null : (target.url ?? addressAt(servers.target.url, target.path));
  // A person's page is at the login, without the sign in front.
  return { old: addressAt(servers.source.url, id.replace(/^@/, '')), now };
}

/** Where a browser finds a group or repository on a server. */
export function addressAt(server: string, path: string): string {
  const parts = path.replaceAll(/\p{Surrogate}/gu, '\uFFFD').split('/');
  return `${server}/${parts.map(encodeURIComponent).join('/')}`;
}

/** The addresses of all repositories for scripts and spreadsheets; every cell is an address, or a word of ours. */
export function addressesCsv(result: Result): string {
  const lines = ['old_url,new_url,old_clone_url,new_clone_url,visibility,state'];
  for (const item of result.items) {
    if (item.kind !== 'project') continue;
    const { old, now } = addressesOf(item, result);
    // GitBucket serves git below a path of its own.
    const oldClone = `${result.source.url}/git${old.slice(result.source.url.length)}.git`;
    const newClone = now === null ? '' : `${now}.git`;
    const cells = [old, now ?? '', oldClone, newClone, item.visibility?.target ?? '', item.state];
    lines.push(
      cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(','),
    );
  }
  return `${lines.join('\r\n')}\r\n`;
}
