import { formatCount, formatEstimate, listed, plural } from '../text/format.ts';

/** What the plan says of issues and pull requests, one sentence for each thing to know. */

type Items = { issues: number; pulls: number };

export function itemsText({ issues, pulls }: Items): string {
  return listed([
    ...(issues === 0 ? [] : [plural(issues, 'issue')]),
    ...(pulls === 0 ? [] : [plural(pulls, 'pull request')]),
  ]);
}

/** What an idle server was seen to take for one of each (GL-428). */
const usualMs = { issue: 1000, pull: 2500 };

/** `perMinute`: null without a limit. */
export function loadingLine(
  items: Items,
  { archives, perMinute }: { archives: number; perMinute: number | null },
): string {
  const own = formatEstimate(items.issues * usualMs.issue + items.pulls * usualMs.pull);
  const rate = perMinute === null ? null : plural(perMinute, 'archive');
  const sent =
    perMinute === null ? '' : `: ${formatEstimate((archives / perMinute) * 60_000)} at ${rate} a minute,`;
  return `to load: ${itemsText(items)} in ${plural(archives, 'archive')}${sent} and ${own} of GitLab's own time`;
}

/** What a request after the other took on an idle server for an issue with five comments (GL-428). */
const usualRestMs = 3000;

export function sendingLine(issues: number): string {
  return `to send by REST: ${plural(issues, 'issue')}, which takes ${formatEstimate(issues * usualRestMs)}; the token's user is the author of all, and a line in the text names who wrote it`;
}

export function stayLine(pulls: number): string {
  return `${plural(pulls, 'pull request')} ${pulls === 1 ? 'stays' : 'stay'} on GitBucket until GitLab can load archives`;
}

/** Whom GitLab will show as the authors; `administrator`: the token is one's. */
export function authorsLine(
  people: { all: number; known: number },
  { administrator }: { administrator: boolean },
): string {
  const { all, known } = people;
  const who =
    known === all
      ? `the accounts of all ${plural(all, 'person', 'people')}`
      : `the accounts of ${formatCount(known)} of ${plural(all, 'person', 'people')}`;
  if (known === 0)
    return "authors: the token's user, since nobody has an account; a line in the text names who wrote it";
  if (administrator)
    return known === all
      ? `authors: ${who}`
      : `authors: ${who}; of the others a line in the text names who wrote it`;
  return `authors: the token's user, and a line in the text names who wrote it; with an administrator's token ${who} would be authors`;
}

export function closedLine(
  items: Items,
  repositories: number,
  { rest, fix }: { rest: boolean; fix: string },
): string {
  const why = rest ? "the token's user is no Owner" : 'GitLab loads no archives';
  const where = plural(repositories, 'repository', 'repositories');
  return `${itemsText(items)} of ${where} stay on GitBucket, since ${why}: ${fix}`;
}

const placesShown = 3;

/** `a label that GitLab cannot have: a/b (#7), c/d and 12 more`; all places when `most` says so. */
export function remarkLine(
  { head, places }: { head: string; places: readonly { id: string; detail: string }[] },
  most: number = placesShown,
): string {
  const shown = places
    .slice(0, most)
    .map(({ id, detail }) => (detail === '' ? id : `${id} (${detail})`))
    .join(', ');
  const more = places.length > most ? ` and ${formatCount(places.length - most)} more` : '';
  return `${head}: ${shown}${more}`;
}
