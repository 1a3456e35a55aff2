/** Names of refs that are taken: git cannot hold `a` beside `a/b`. */
type RefSpace = {
  /** Is the name neither taken, nor inside one that is, nor the other way round? */
  isFree(name: string): boolean;
  take(name: string): void;
};

export function openRefSpace(names: Iterable<string>): RefSpace {
  const taken = new Set<string>();
  const folders = new Set<string>();
  const space: RefSpace = {
    isFree: (name) =>
      !taken.has(name) && !folders.has(name) && !foldersOf(name).some((folder) => taken.has(folder)),
    take(name) {
      taken.add(name);
      for (const folder of foldersOf(name)) folders.add(folder);
    },
  };
  for (const name of names) space.take(name);
  return space;
}

/** `refs/heads/a/b/c` lies in `refs/heads/a` and `refs/heads/a/b`. */
export function foldersOf(ref: string): string[] {
  const parts = ref.split('/');
  const folders: string[] = [];
  for (let length = 3; length < parts.length; length += 1) folders.push(parts.slice(0, length).join('/'));
  return folders;
}
