import type { Edit } from './edits.ts';
import type { Reading, Span } from './reading.ts';
import type { TextNotice, TextWorld } from './world.ts';

// GitLab's pattern (User.reference_pattern, PathRegex::FULL_NAMESPACE_FORMAT_REGEX): a group may lie in another one.
const mention = /(?<!\w)@(?<name>[\w.][\w.-]*(?:\/[\w.][\w.-]*)*)/g;

/** A mention in a text, without the dots and dashes that belong to the sentence. `username` is null when nobody is meant. */
export type Mention = { start: number; end: number; name: string; username: string | null };

/** What GitLab would take for a mention of a person or a group. */
export function mentionsIn(visible: string, world: Pick<TextWorld, 'account'>): Mention[] {
  return [...visible.matchAll(mention)].flatMap(({ index, groups = {} }) => {
    const name = (groups['name'] ?? '').replace(/[.-]+$/, '');
    if (name === '') return [];
    // `@all` is everybody of the project, whatever account has that name.
    const username = /^(?:all|here)$/i.test(name) || name.includes('/') ? null : world.account(name);
    return [{ start: index, end: index + 1 + name.length, name, username }];
  });
}

const longestGlued = 200;

/** Mentions of people by their names on GitLab; all others in code marks, so that no stranger and no group is called. */
export function mentionEdits(
  text: string,
  reading: Reading,
  world: TextWorld,
): { edits: Edit[]; notices: TextNotice[] } {
  const edits: Edit[] = [];
  const notices: TextNotice[] = [];
  for (const { start, end, name: login, username } of mentionsIn(reading.visible, world)) {
    const written = text.slice(start, end);
    if (username === null) notices.push({ what: 'unknown-mention', of: written });
    if (username !== null && username !== login) edits.push({ start, end, text: `@${unmarked(username)}` });
    if (username !== null) continue;
    // Behind the marks, `#7` would become a reference, and `@ren` a mention.
    const [glued = ''] = /^(?:[#!%@$~&][\w./-]+)+/.exec(reading.visible.slice(end, end + longestGlued)) ?? [];
    const span = { start, end: end + glued.length };
    const name = `${written}${glued}`;
    const marked = codeMayStand(text, span, reading)
      ? `\`${name}\``
      : `<code>${reading.kindAt(start) === 'html' ? name : withoutFormula(name)}</code>`;
    edits.push({ ...span, text: marked });
  }
  return { edits, notices };
}

/** GitLab reads `$a$` as a formula between these tags too. */
function withoutFormula(name: string): string {
  return name.replaceAll('$', '\\$');
}

/** Lines below within a name mark nothing, those at its ends could. */
function unmarked(username: string): string {
  return username.replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}

/** Whether backticks around a span make it code: another one of the paragraph could end it, or begin it elsewhere. */
function codeMayStand(text: string, { start, end }: Span, { blocks, kindAt }: Reading): boolean {
  if (kindAt(start) === 'html' || text[start - 1] === '`' || text[end] === '`') return false;
  const block = blocks.find((each) => each.start <= start && end <= each.end) ?? {
    start: 0,
    end: text.length,
  };
  const backticks = [...text.slice(block.start, block.end).matchAll(/`/g)];
  return backticks.every(({ index }) => kindAt(block.start + index) === 'code');
}
