import type { Config } from '../config/schema.ts';
import type { History } from '../journal/history.ts';
import type { Namespace, Owner, TargetUser } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { assignPaths, type PathAssignment, type PathEntry } from './path-assignment.ts';

/** Where the repositories of one owner go. */
export type Placement = {
  owner: Owner;
  fullPath: string;
  kind: 'group' | 'user';
  /** Null while the group has yet to be made. */
  namespace: Namespace | null;
  /** The group around it; null at the top level and for personal namespaces. */
  parent: Namespace | null;
  reasons: string[];
  blocked: Notice | null;
};

/**
 * The user of the target in whose personal namespace an owner's repositories belong: the one that the map names, or one
 * that has both the same name and the same e-mail address. The same name alone may be another person.
 */
export function samePerson(owner: Owner, config: Config, user: TargetUser | null): boolean {
  if (user === null || config.userRepositories === 'group') return false;
  if (config.map.users[owner.login] !== undefined || config.userRepositories === 'personal') return true;
  return owner.email !== '' && owner.email.toLowerCase() === user.email.toLowerCase();
}

/** Group paths of owners, the config's map and earlier runs considered. `taken`: full paths of others, in lower case. */
export function ownerPaths(
  owners: readonly Owner[],
  config: Config,
  taken: ReadonlySet<string>,
  history: History,
): Map<string, PathAssignment & { fullPath: string }> {
  const parent = config.target.parentGroup;
  const prefix = parent === null ? '' : `${parent}/`;
  const inParent = (fullPath: string): boolean => parentOf(fullPath) === (parent ?? '').toLowerCase();
  const mapped = owners.filter((owner) => isElsewhere(config.map.owners[owner.login], parent));
  const entries: PathEntry[] = owners
    .filter((owner) => !mapped.includes(owner))
    .map((owner) => {
      const wanted = config.map.owners[owner.login];
      const made = owner.createdAt === undefined ? undefined : Date.parse(owner.createdAt);
      const base = { key: owner.login, original: owner.login, made };
      return wanted === undefined ? base : { ...base, wanted: lastPart(wanted) };
    });
  const remembered = new Map<string, string>();
  for (const [item, known] of history.items) {
    if (item.includes('/') || known.target === null || !inParent(known.target.path)) continue;
    remembered.set(item, lastPart(known.target.path));
  }
  const context = {
    level: parent === null ? ('top-group' as const) : ('subgroup' as const),
    parent,
    taken: new Set([...taken].filter(inParent).map(lastPart)),
    remembered,
  };
  const paths = new Map<string, PathAssignment & { fullPath: string }>();
  for (const [login, assignment] of assignPaths(entries, context)) {
    paths.set(login, { ...assignment, fullPath: `${prefix}${assignment.path}` });
  }
  for (const owner of mapped) {
    const fullPath = config.map.owners[owner.login] ?? '';
    const reason = 'by "map.owners"';
    paths.set(owner.login, { path: lastPart(fullPath), fullPath, reason, lookupById: false, blocked: null });
  }
  return paths;
}

/** A mapped full path below another group than the usual parent. */
function isElsewhere(wanted: string | undefined, parent: string | null): boolean {
  return wanted !== undefined && wanted.includes('/') && parentOf(wanted) !== (parent ?? '').toLowerCase();
}

export function lastPart(fullPath: string): string {
  return fullPath.slice(fullPath.lastIndexOf('/') + 1);
}

/** Lower-case full path of the group around it; empty at the top level. */
export function parentOf(fullPath: string): string {
  const slash = fullPath.lastIndexOf('/');
  return slash < 0 ? '' : fullPath.slice(0, slash).toLowerCase();
}
