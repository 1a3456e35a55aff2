/** Every finding that the checks define, and which of them may be waived. docs/doctor.md is generated from it. */
import type { FailureCode } from '../failures/index.ts';
import { wrongUsage } from '../failures/usage.ts';
import { nearest } from '../text/nearest.ts';
import type { Area, FindingType } from './finding.ts';
import * as machine from './machine.ts';
import * as network from './network.ts';
import * as source from './source.ts';
import * as sourceGit from './source-git.ts';
import * as target from './target.ts';
import * as preflight from './preflight.ts';
import * as targetAccess from './target-access.ts';
import * as targetSettings from './target-settings.ts';
import * as targetTracker from './target-tracker.ts';

/** By what they are about; the way to a server belongs to this machine. */
export function findings(): Record<Area, FindingType[]> {
  return {
    machine: definedIn(machine, network, preflight),
    source: definedIn(source, sourceGit),
    target: definedIn(target, targetAccess, targetSettings, targetTracker),
  };
}

/** What these files define, by code. */
function definedIn(...files: object[]): FindingType[] {
  return files
    .flatMap((file) => Object.values(file) as unknown[])
    .filter(isFindingType)
    .toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

function isFindingType(value: unknown): value is FindingType {
  return typeof value === 'function' && 'level' in value;
}

/** Failures that doctor may find, in the order of its checks: they keep their own code. */
export const failures = [
  'token-missing',
  'unreachable',
  'timeout',
  'tls-untrusted',
  'wrong-scheme',
  'client-certificate',
  'proxy-refused',
  'answered-in-between',
  'answer-cut',
  'connection-cut',
  'gateway-failed',
  'redirected',
  'not-the-api',
  'server-error',
  'rate-limited',
  'token-refused',
  'user-refused',
  'token-scope',
  'git-token-refused',
  'repository-broken',
  'refs-unreadable',
  'ref-unreadable',
  'repository-unreadable',
  'listing-disagrees',
  'fetch-failed',
  'hidden-owners',
  'source-not-administrator',
  'parent-group-missing',
  'maintenance',
  'target-refused',
  'target-forbidden',
  'work-dir',
  'work-dir-locked',
  'journal-damaged',
  'journal-of-others',
  'unexpected',
] as const satisfies readonly FailureCode[];

/** In front of the name of a repository or owner: it may stay unread. */
const unread = 'unreadable:';

/** What `--waive` names as known to be unreadable on the source: owners and `owner/name`. */
export function waivedObjects(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.filter((word) => word.startsWith(unread)).map((word) => word.slice(unread.length)));
}

/** Codes of `--waive`. @throws usage when no finding has one of them, with the nearest one */
export function waivers(words: readonly string[]): ReadonlySet<string> {
  const codes = words.filter((word) => !word.startsWith(unread));
  const found = Object.values(findings()).flat();
  const known = [...found.map(({ code }) => code), ...failures];
  for (const code of codes) {
    if (known.includes(code)) continue;
    const near = nearest(code, known);
    const meant = near === null ? '; gb2gl explain lists all of them' : `, did you mean ${near}?`;
    throw wrongUsage(code, { detail: `--waive ${code}: unknown code${meant}` });
  }
  return new Set(codes);
}
