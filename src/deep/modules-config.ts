export type Submodule = { name: string; path: string; url: string };

/** From `git config --blob … --list -z`: `submodule.<name>.url` and its value, divided by a newline. */
export function parseModules(listing: string): Submodule[] {
  const found = new Map<string, Submodule>();
  for (const entry of listing.split('\0')) {
    const [, name, key, value = ''] = /^submodule\.([^]+)\.(path|url)\n([^]*)$/.exec(entry) ?? [];
    if (name === undefined) continue;
    const submodule = found.get(name) ?? { name, path: name, url: '' };
    if (key === 'url') submodule.url = value;
    else submodule.path = value;
    found.set(name, submodule);
  }
  return [...found.values()].filter(({ url }) => url !== '');
}
