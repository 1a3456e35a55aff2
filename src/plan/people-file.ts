import papaparse from 'papaparse';
import * as z from 'zod';
import { peopleFileInvalid } from '../failures/people.ts';
import type { PlannedPerson } from '../model/plan.ts';
import { nobodyWord, type PersonRow } from './match-people.ts';

/** The file of people as it lies there: what its rows say, and how it is written. */
export type PeopleFile = {
  /** By login. */
  rows: ReadonlyMap<string, PersonRow>;
  /** All of its cells, in its own order. */
  records: readonly Readonly<Record<string, string>>[];
  columns: readonly string[];
  /** How these are spelled in the file. */
  head: readonly string[];
  /** As the spreadsheet wrote it; kept, so that the same one opens it again. */
  style: Style;
};

type Style = { bom: boolean; delimiter: string; newline: string };

/** A spreadsheet needs the mark to read names with accents. */
const usualStyle: Style = { bom: true, delimiter: ',', newline: '\r\n' };

/** What the administrator writes; every other column is written anew. */
const ownColumns = ['gitlab_username', 'provider', 'extern_uid'] as const;

const columns = [
  'login',
  'full_name',
  'mails',
  'disabled',
  'administrator',
  ...ownColumns,
  'account',
  'evidence',
  'what_happens',
  'at_first_sign_in',
] as const;
type Column = (typeof columns)[number];

const neededColumns = ['login', 'gitlab_username'] as const satisfies Column[];

const bom = '\u{FEFF}';

const cell = z.string().trim();
const Row = z
  .object({
    login: cell.min(1, 'is empty: it must be the login on GitBucket'),
    gitlab_username: cell
      .transform((text) => text.replace(/^@/, ''))
      .refine(
        (text) => !text.includes('@'),
        'must be a user name of GitLab, not a mail address; - for nobody, empty to decide by evidence',
      )
      .refine(
        (text) => !/[\s/]/.test(text),
        'must be one user name of GitLab; - for nobody, empty to decide by evidence',
      ),
    provider: cell.default(''),
    extern_uid: cell.default(''),
  })
  .superRefine((row, context) => {
    const [given, missing] =
      row.provider === '' ? (['extern_uid', 'provider'] as const) : (['provider', 'extern_uid'] as const);
    if (row[given] !== '' && row[missing] === '')
      context.addIssue({ code: 'custom', path: [missing], message: `is empty, but ${given} is not` });
  });

/**
 * Reads the file, with a byte order mark or without, with commas, semicolons or tabs.
 * @throws people-file-invalid naming each wrong row, its column and the way out
 */
export function parsePeopleFile(text: string, file: string): PeopleFile {
  const body = text.startsWith(bom) ? text.slice(1) : text;
  const delimiter = delimiterOf(body);
  const newline = /\r\n|\n|\r/.exec(body)?.[0] ?? usualStyle.newline;
  const style = { bom: body !== text, delimiter, newline };
  const { data, errors } = papaparse.parse<string[]>(body, { delimiter });
  const problems = errors
    .filter(({ type }) => type === 'Quotes')
    .map(({ row = 0, message }) => `row ${row + 1}: ${message}`);
  const [first = [], ...rest] = data;
  // Spreadsheets write separators for columns that only look used.
  const head = first.slice(0, first.findLastIndex((name) => name.trim() !== '') + 1);
  const names = namesIn(head);
  for (const needed of neededColumns)
    if (!names.includes(needed)) problems.push(`row 1: there is no column ${needed}`);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index)))
    problems.push(`row 1: the column ${name} is there twice`);
  if (problems.length > 0) throw invalid(file, problems);
  const read = readRows(rest, names);
  if (read.problems.length > 0) throw invalid(file, read.problems);
  return { rows: read.rows, records: read.records, columns: names, head, style };
}

function namesIn(head: readonly string[]): string[] {
  return head.map((name) => name.trim().toLowerCase());
}

/** The names of other columns may hold the marks that separate none. */
function delimiterOf(body: string): string {
  const marks = [';', '\t', ','];
  const fits = (delimiter: string): boolean => {
    const { data } = papaparse.parse<string[]>(body, { delimiter, preview: 1 });
    const names = namesIn(data[0] ?? []);
    return neededColumns.every((needed) => names.includes(needed));
  };
  const [head = ''] = body.split(/\r\n|\n|\r/, 1);
  return marks.find(fits) ?? marks.find((mark) => head.includes(mark)) ?? ',';
}

function invalid(file: string, problems: readonly string[]): Error {
  const detail = problems.map((problem) => `  - ${problem}`).join('\n');
  return peopleFileInvalid(file, { count: problems.length, detail });
}

type Read = { rows: Map<string, PersonRow>; records: Record<string, string>[]; problems: string[] };

function readRows(data: readonly (readonly string[])[], names: readonly string[]): Read {
  const found: Read = { rows: new Map(), records: [], problems: [] };
  for (const [index, cells] of data.entries()) {
    // As a spreadsheet counts them, the head included.
    const line = index + 2;
    if (cells.every((each) => each.trim() === '')) continue;
    if (cells.slice(names.length).some((each) => each !== '')) {
      found.problems.push(
        `row ${line}: it has more cells than there are columns; quote cells that hold the separator`,
      );
      continue;
    }
    const record = Object.fromEntries(
      names.map((name, at) => [name, isOurs(name) ? unguarded(cells[at] ?? '') : (cells[at] ?? '')]),
    );
    const parsed = Row.safeParse(record);
    if (!parsed.success) {
      const texts = parsed.error.issues.map(
        ({ path, message }) => `row ${line}, column ${path.join('.')}: ${message}`,
      );
      found.problems.push(...texts);
      continue;
    }
    const { login, gitlab_username: username, provider, extern_uid: externUid } = parsed.data;
    const other = found.rows.get(login);
    if (other !== undefined)
      found.problems.push(
        `row ${line}, column login: ${login} is in row ${other.line} too; leave one of them`,
      );
    else found.rows.set(login, { line, username, provider, externUid });
    found.records.push(record);
  }
  return found;
}

/** What spreadsheets would take for a formula; a single - is a word of ours. */
const formula = /^'*[=+\-@\t\r]/;

/** What others write into columns of their own stays as it is. */
function isOurs(name: string): boolean {
  return (columns as readonly string[]).includes(name);
}

function guarded(text: string): string {
  return formula.test(text) && text !== nobodyWord ? `'${text}` : text;
}

function unguarded(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}

/**
 * The file with what is planned now: what the administrator wrote stays, also columns that nobody knows, and so do the
 * rows of people of whom nothing is planned; new people come last. Null when nothing is to be changed.
 */
export function renderPeopleFile(
  earlier: PeopleFile | null,
  people: readonly PlannedPerson[],
): string | null {
  const open = new Map(people.map((planned) => [planned.person.login, planned]));
  const kept = (earlier?.records ?? []).map((record) => {
    const login = record['login']?.trim() ?? '';
    const planned = open.get(login);
    open.delete(login);
    return planned === undefined ? record : { ...record, ...cellsOf(planned) };
  });
  const fresh = [...open.values()].map((planned): Record<string, string> => ({
    ...Object.fromEntries(ownColumns.map((name) => [name, ''])),
    ...cellsOf(planned),
  }));
  const records = [...kept, ...fresh];
  if (records.length === 0) return null;
  const own = earlier?.columns ?? columns;
  const names = [...own, ...columns.filter((name) => !own.includes(name))];
  const same = earlier !== null && names.length === own.length && fresh.length === 0;
  if (same && kept.every((record, index) => isSame(record, earlier.records[index] ?? {}, names))) return null;
  const { bom: marked, delimiter, newline } = earlier?.style ?? usualStyle;
  const data = records.map((record) =>
    names.map((name) => (isOurs(name) ? guarded(record[name] ?? '') : (record[name] ?? ''))),
  );
  const fields = names.map((name, at) => earlier?.head[at] ?? name);
  const text = papaparse.unparse({ fields, data }, { delimiter, newline });
  return `${marked ? bom : ''}${text}${newline}`;
}

function isSame(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
  names: readonly string[],
): boolean {
  return names.every((name) => (one[name] ?? '') === (other[name] ?? ''));
}

function cellsOf(planned: PlannedPerson): Record<Exclude<Column, (typeof ownColumns)[number]>, string> {
  const { person, fullPath, evidence, firstSignIn } = planned;
  const mails = [...(person.mail === null ? [] : [person.mail]), ...(person.extraMails ?? [])];
  return {
    login: person.login,
    full_name: oneLine(person.fullName ?? ''),
    mails: mails.map(({ address, madeUp }) => oneLine(madeUp ? `${address} (made up)` : address)).join(' '),
    disabled: person.disabled ? 'yes' : 'no',
    administrator: person.administrator === null ? '' : yesOrNo(person.administrator),
    account: fullPath,
    evidence,
    what_happens: whatHappens(planned),
    at_first_sign_in: firstSignIn,
  };
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function whatHappens({ action, fullPath, reasons, blocked, person }: PlannedPerson): string {
  const then = person.disabled ? ', and blocked in the end' : '';
  const what = {
    use: `the account ${fullPath} is used`,
    create: `the account ${fullPath} is created${then}`,
    ask: 'nothing: write into gitlab_username which account it is, or - for none',
    none: 'nothing: no account',
  }[action];
  return oneLine([what, ...(blocked === null ? [] : [blocked.message]), ...reasons].join('; '));
}
