import { refKind, shortName } from './ref-names.ts';

const usual = ['main', 'master'] as const;

/**
 * Which branch GitLab will take for the default one when exactly these refs exist: the wanted one, else the one
 * its HEAD points to, else `main`, `master`, the first by name (GL-161); null without branches.
 */
export function effectiveDefaultBranch(
  refs: Iterable<string>,
  wanted: string | null,
  head: string | null,
): string | null {
  const branches = new Set<string>();
  for (const ref of refs) {
    if (refKind(ref) === 'branch') branches.add(shortName(ref));
  }
  const preferred = [wanted, head, ...usual].find((name) => name !== null && branches.has(name));
  return preferred ?? [...branches].sort()[0] ?? null;
}
