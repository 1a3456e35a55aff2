import type { Desk } from './notes.ts';
import { descriptionLimit, isBlank } from './words.ts';

/**
 * The description and what has no room in it. Before the text stand who wrote it, where the import does not map the person,
 * and a title that was cut; after it the custom fields, as a table.
 */
export function descriptionOf(desk: Desk, rest: string | null): { description: string; notes: string[] } {
  const { item, making } = desk;
  const before = [making.texts.attribution('opened', item.author, item.createdAt), rest].filter(
    (text) => text !== null,
  );
  const [first = '', ...more] = making.texts.text(item.body, item, 'description');
  const table = tableOf(fieldsOf(desk));
  const own = table === '' ? [] : making.texts.text(table, item, 'note');
  const text = [...before, first].filter((text) => !isBlank(text)).join('\n\n');
  const [only] = own;
  if (own.length !== 1 || only === undefined || more.length > 0)
    return { description: text, notes: [...more, ...own] };
  const whole = isBlank(text) ? only : `${text}${openFence(text)}\n\n${only}`;
  return Buffer.byteLength(whole) > descriptionLimit
    ? { description: text, notes: own }
    : { description: whole, notes: [] };
}

type Field = { name: string; value: string };

function fieldsOf({ item, making }: Desk): Field[] {
  const { priority } = item;
  if (priority === null || making.priority(priority) !== 'field') return item.fields;
  return [{ name: 'Priority', value: priority }, ...item.fields];
}

function tableOf(fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  const rows = fields.map(({ name, value }) => `| ${cell(name)} | ${cell(value)} |`);
  return ['| Field | Value |', '| --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text
    .trim()
    .replaceAll('\\', '\\\\')
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s*\r?\n\s*/g, '<br>');
}

/** The line that ends a block of code which the text leaves open: it would swallow what follows. */
function openFence(text: string): string {
  let open = '';
  for (const line of text.split('\n')) {
    const [, marks = '', after = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (marks === '') continue;
    if (open === '') {
      const inline = marks.startsWith('`') && after.includes('`');
      if (!inline) open = marks;
    } else if (marks.startsWith(open) && isBlank(after)) open = '';
  }
  return open === '' ? '' : `\n${open}`;
}
