import { isBlank } from './words.ts';

/** A reference to a label or milestone by its name. */
export function reference(sign: '~' | '%', name: string): string {
  return name.includes('"') ? code(name) : `${sign}"${name}"`;
}

/** Titles are shorter; of what a commit says, more is not worth a line. */
const shown = 1000;

/** The text in code marks, on one line: nothing in it means anything. */
export function code(text: string): string {
  const whole = text.replaceAll(/\s+/g, ' ').trim();
  const cut = whole.length > shown ? `${whole.slice(0, shown)}…` : whole;
  const line = cut.replaceAll(/[\0\p{Surrogate}]/gu, '');
  if (isBlank(line)) return '(empty)';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  const room = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${marks}${room}${line}${room}${marks}`;
}
