/** Tells whether a name matches a glob in which `*` stands for anything but a slash and `?` for one such character. */
export function globMatcher(glob: string): (name: string) => boolean {
  const source = Array.from(glob, translate).join('');
  const pattern = new RegExp(`^${source}$`, 'u');
  return (name) => pattern.test(name);
}

/** True for a name without `*` and `?`. */
export function isPlain(glob: string): boolean {
  return !/[*?]/.test(glob);
}

function translate(character: string): string {
  if (character === '*') return '[^/]*';
  if (character === '?') return '[^/]';
  return /[\^$\\.+()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
