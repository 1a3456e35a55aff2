import { createHash } from 'node:crypto';

/** What of an item is compared: as GitLab's lists show it, and as an archive says it. */
export type ItemFacts = {
  number: number;
  title: string;
  state: 'opened' | 'closed' | 'merged' | 'locked';
  createdAt: string;
  closedAt: string | null;
  mergedAt: string | null;
  text: string;
  labels: readonly string[];
  milestone: string | null;
  /** How many comments it has. */
  comments: number;
};

/** One word for all of it; equal words mean equal items. */
export function digestOf(facts: ItemFacts): string {
  return hashed([...contentOf(facts), facts.state, timeOf(facts.closedAt), timeOf(facts.mergedAt)]);
}

/** The same without what becomes of an item when a push contains its head. */
export function contentDigestOf(facts: ItemFacts): string {
  return hashed(contentOf(facts));
}

function contentOf(facts: ItemFacts): unknown[] {
  const labels = [...facts.labels].sort();
  const { number, title, text, milestone, comments } = facts;
  return [number, title, timeOf(facts.createdAt), withoutSecrets(text), labels, milestone, comments];
}

/** Each file that texts name has an address that nobody can know beforehand, with a name that the server cleans. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/\/uploads\/[\da-f]{32}\/[^\s)"'>\]]*/g, '/uploads/-');
}

/** Both sides write the same moment in different ways. */
function timeOf(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}

/** One word of 16 hex digits for all of these values. */
export function hashed(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}

/** SHA-256 over the sorted "digest name" lines of one side. */
export function hashOfAll(digests: ReadonlyMap<string, string>): string {
  const lines = [...digests].map(([name, digest]) => `${digest} ${name}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** What differs between two items of one number, in words. */
export function differencesBetween(source: ItemFacts, target: ItemFacts): string[] {
  const pairs: [string, string, string][] = [
    ['state', source.state, target.state],
    ['comments', String(source.comments), String(target.comments)],
    ['created', timeOf(source.createdAt) ?? 'never', timeOf(target.createdAt) ?? 'never'],
    ['closed', timeOf(source.closedAt) ?? 'never', timeOf(target.closedAt) ?? 'never'],
    ['merged', timeOf(source.mergedAt) ?? 'never', timeOf(target.mergedAt) ?? 'never'],
    ['labels', listed(source.labels), listed(target.labels)],
    ['milestone', source.milestone ?? 'none', target.milestone ?? 'none'],
  ];
  const words = pairs
    .filter(([, there, here]) => there !== here)
    .map(([what, there, here]) => `${what} ${here} instead of ${there}`);
  if (source.title !== target.title) words.push('another title');
  if (withoutSecrets(source.text) !== withoutSecrets(target.text)) words.push('another description');
  return words;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : [...names].sort().join(', ');
}
