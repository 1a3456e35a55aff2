const kilo = 1000;
const dayMs = 86_400_000;
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A whole number with thousands separated: `12,345`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 ref`, `2 refs`; the plural is given where adding an s is wrong. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/**
 * `1 ref`, `2 refs` of things whose title is `Refs`; one of `Cats and dogs` is a `cat or dog`, one of `Hats on heads` is a
 * `hat on heads`.
 */
export function countOf(value: number, title: string): string {
  const many = lowered(title);
  const one = many
    .split(' and ')
    .map((kind) => kind.replace(/ies(?= on |$)/, 'y').replace(/(?:(?<=ch)es|s)(?= on |$)/, ''))
    .join(' or ');
  return plural(value, one, many);
}

/** A title in the middle of a sentence: `default branch`, `LFS objects`. */
export function lowered(title: string): string {
  return title.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `740 B`, `1.2 MB`; powers of 1000. */
export function formatBytes(value: number): string {
  let amount = Math.max(0, value);
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (amount >= kilo - 0.5 && unit < byteUnits.length - 1) {
    amount /= kilo;
    unit += 1;
  }
  const digits = unit > 0 && amount < 99.95 ? 1 : 0;
  return `${amount.toFixed(digits)} ${byteUnits[unit] ?? 'PB'}`;
}

/** `12.3 MiB`, the unit in which GitLab states its limits: for sizes that are compared with one. */
export function formatMebibytes(bytes: number): string {
  const amount = bytes / 1024 ** 2;
  return `${amount < 0.1 ? amount.toPrecision(1) : Number(amount.toFixed(1))} MiB`;
}

/** `3.4 MB/s` */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `85 ms`, `4.2 s`, `48 s`, `3 min 04 s`, `2 h 05 min`. */
export function formatDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < 99.5) return `${Math.round(value)} ms`;
  if (value < 9950) return `${(value / 1000).toFixed(1)} s`;
  const seconds = Math.round(value / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A coarse duration for what is estimated or measured roughly, which must not pretend to be exact: `about 20 s`, `about 7 min`, `about 1.5 h`. */
export function formatEstimate(ms: number): string {
  if (ms < 50_000) return `about ${Math.max(5, Math.ceil(ms / 5000) * 5)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `about ${Math.max(1, minutes)} min`;
  const quarters = Math.round(minutes / 15);
  return `about ${quarters / 4} h`;
}

/** `97 %`; never 100 while something is missing. */
export function formatShare(done: number, of: number): string {
  return `${of === 0 ? 100 : Math.floor((100 * done) / of)} %`;
}

/** When something was, for people: `06:38:47 (3 min ago)` in local time, with the day in front when it was another. */
export function when(iso: string, now: number): string {
  const time = new Date(iso);
  const shown = localDay(time) === localDay(new Date(now)) ? localClock(time) : formatLocalTime(iso);
  return `${shown} (${formatAgo(now - time.getTime())})`;
}

function localDay(time: Date): string {
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
}

function localClock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
}

function formatAgo(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${plural(Math.floor(hours / 24), 'day')} ago`;
}

/** `2026-03-01 15:05:09` by the clock of this machine, or of the browser, from an ISO time. */
export function formatLocalTime(iso: string): string {
  const time = new Date(iso);
  return `${localDay(time)} ${localClock(time)}`;
}

/** `2026-03-01 15:05:09 UTC+01:00`: local time for those who may read it elsewhere. */
export function formatMoment(iso: string): string {
  return `${formatLocalTime(iso)} ${formatZone(iso)}`;
}

/** `UTC+01:00`: by how much that clock is ahead, at that time. */
export function formatZone(iso: string): string {
  const minutes = -new Date(iso).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

/** `2026-03-01` */
export function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** `today`, `in 1 day`, `in 5 days`, `2 days ago`. */
export function formatDaysUntil(time: number, now: number): string {
  const days = Math.floor((time - now) / dayMs);
  if (days === 0) return 'today';
  const amount = plural(Math.abs(days), 'day');
  return days > 0 ? `in ${amount}` : `${amount} ago`;
}

/** The first digits of an object id or hash, enough to recognise it. */
export function shortId(id: string, digits = 10): string {
  return id.slice(0, digits);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Compares versions number by number; what is no number counts as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(least)];
  for (const [index, wanted] of want.entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
}

/** Names and texts from servers, made harmless for a terminal: no escape sequences, no line breaks, no bidi tricks. */
export function clean(text: string): string {
  return text
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/** Ends a text that was cut off; the redactor looks before it for the beginning of a secret. */
export const cutMark = '…';

/** The first characters of a text, with the mark when that is not all of it. */
export function cutTo(length: number, text: string): string {
  return text.length > length ? `${text.slice(0, length)}${cutMark}` : text;
}

/** The words of a text or a web page in one line: without tags, styles and scripts. */
export function pageText(text: string): string {
  return text
    .replaceAll(/<(style|script)\b[^]*?<\/\1\s*>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** An address of a server as all its spellings come to: letter case, usual port, dot and slashes at the end. */
export function normalAddress(text: string): string {
  const { protocol, hostname, port, pathname } = new URL(text);
  const path = pathname.replace(/\/+$/, '');
  return `${protocol}//${hostname.replace(/\.$/, '')}${port === '' ? '' : `:${port}`}${path}`;
}

/** True for two spellings of one server's address; http and https on the usual or on one port are no difference. */
export function isSameServer(one: string, other: string): boolean {
  const [first, second] = [one, other].map((each) => (URL.canParse(each) ? normalAddress(each) : each));
  return first?.replace(/^https?:/, '') === second?.replace(/^https?:/, '');
}

const safeWord = /^[\w./:@%+=-]+$/;

/** A word that any POSIX shell takes literally. */
export function shellWord(word: string): string {
  return safeWord.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
