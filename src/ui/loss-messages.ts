import type { Loss, LossKind } from '../model/losses.ts';
import type { Finding, LeftOut } from '../model/plan.ts';
import { formatCount, listed, plural } from '../text/format.ts';

/** Sentences about what stays on GitBucket and about what a look into the objects found. */

const lossTitles = {
  'pull-requests': ['pull request', 'pull requests'],
  issues: ['issue', 'issues'],
  labels: ['label', 'labels'],
  milestones: ['milestone', 'milestones'],
  releases: ['release', 'releases'],
  'wiki-pages': ['wiki page', 'wiki pages'],
  'lfs-objects': ['LFS object', 'LFS objects'],
  collaborators: ['collaborator', 'collaborators'],
  webhooks: ['webhook', 'webhooks'],
  'protected-branches': ['protected branch', 'protected branches'],
  'other-refs': ['other ref', 'other refs'],
} as const satisfies Record<LossKind, readonly [string, string]>;

const findingTitles = {
  'bad-object': ['bad object', 'bad objects'],
  'branch-no-commit': ['branch without a commit', 'branches without a commit'],
  'large-file': ['large file', 'large files'],
  'missing-lfs-object': ['missing LFS object', 'missing LFS objects'],
  'old-server-url': ['submodule on the old server', 'submodules on the old server'],
  'old-address': ['address of the old server', 'addresses of the old server'],
  'ci-file': ['CI file', 'CI files'],
} as const satisfies Record<Finding['code'], readonly [string, string]>;

export const lossHeadings = { stays: 'Stays on GitBucket', findings: 'Findings' } as const;

/** `3 issues, releases`; the number is left out where nobody knows it. */
export function lossParts(losses: readonly Loss[]): string {
  return losses
    .map(({ kind, count }) => (count === null ? lossTitles[kind][1] : named(count, lossTitles[kind])))
    .join(', ');
}

export function lossesLine(losses: readonly Loss[]): string {
  return `stays on GitBucket: ${lossParts(losses)}`;
}

/** Once for the whole plan; empty when everything was counted. */
export function uncountedLine(kinds: readonly LossKind[], wasDeep: boolean): string {
  if (kinds.length === 0) return '';
  const names = kinds.map((kind) => lossTitles[kind][1]);
  const list = listed(names);
  if (wasDeep) return `this GitBucket does not report all ${list}; any that exist stay on it`;
  return `${list} stay on GitBucket; gb2gl plan --deep counts them`;
}

/** `2 bad objects, 1 large file; GitLab refuses 2 of them`. */
export function findingsLine(findings: readonly Finding[]): string {
  const kinds = Object.keys(findingTitles) as Finding['code'][];
  const parts = kinds.flatMap((code) => {
    const count = findings.filter((finding) => finding.code === code).length;
    return count === 0 ? [] : [named(count, findingTitles[code])];
  });
  const refused = findings.filter((finding) => finding.refused).length;
  return `${plural(findings.length, 'finding')}: ${parts.join(', ')}${refused === 0 ? '' : `; ${formatCount(refused)} refused by GitLab`}`;
}

export function findingRemark({ code, refused, message }: Finding): string {
  return `${findingTitles[code][0]}${refused ? ', refused' : ''}: ${message}`;
}

function named(count: number, [one, many]: readonly [string, string]): string {
  return plural(count, one, many);
}

const leftOutShown = 20;

/** `2 left out by select.exclude: a/b, c/d.` by what says so; what is wrong with one is told where it is known. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const options = new Set(leftOut.map(({ by }) => by));
  return [...options].map((option) => {
    const all = leftOut.filter(({ by }) => by === option);
    const names = all
      .slice(0, leftOutShown)
      .map(({ object, message }) => (message === '' ? object : `${object} (${message})`));
    const more = all.length > leftOutShown ? ` and ${formatCount(all.length - leftOutShown)} more` : '';
    return `${formatCount(all.length)} left out by ${option}: ${names.join(', ')}${more}.`;
  });
}
