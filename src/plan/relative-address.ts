/** Where `./` and `../` lead from a repository, as git follows them: the repository counts as a folder. */
export function resolvedFrom(place: string, address: string): string {
  const parts = place.split('/');
  for (const part of address.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** The address that leads from one project to another on the same server; both are full paths. */
export function relativeAddress(from: string, to: string): string {
  const [here, there] = [from.split('/'), to.split('/')];
  let shared = 0;
  while (shared < there.length - 1 && here[shared] === there[shared]) shared += 1;
  const ups = here.slice(shared).map(() => '..');
  return `${[...ups, ...there.slice(shared)].join('/')}.git`;
}
