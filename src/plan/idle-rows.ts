import { nearest } from '../text/nearest.ts';
import { nobodyWord, type PersonRow } from './match-people.ts';

/** A warning for each row that says something about a login that GitBucket does not show, most likely mistyped. */
export function idleRows(rows: ReadonlyMap<string, PersonRow>, logins: readonly string[]): string[] {
  const known = new Set(logins);
  const spelled = new Map(logins.map((login) => [login.toLowerCase(), login]));
  return [...rows].flatMap(([login, { line, username }]) => {
    if (username === '' || known.has(login)) return [];
    // Who gets no account may be gone from GitBucket as well.
    if (username === nobodyWord && !spelled.has(login.toLowerCase())) return [];
    const close = spelled.get(login.toLowerCase()) ?? nearest(login, logins);
    const meant = close === null ? '' : ` (did you mean ${close}?)`;
    return [`row ${line} of the file of people is about ${login}, whom GitBucket does not show${meant}`];
  });
}
