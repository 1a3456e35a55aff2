import { cleanText } from './clean.ts';
import { edited } from './edits.ts';
import { plain } from './markdown.ts';
import { mentionsIn } from './mentions.ts';
import { referenceEdits } from './references.ts';
import { sizeOf } from './split.ts';
import type { RewriteOptions, TextNotice, TextWorld } from './world.ts';

/** In code points: what Ruby calls characters (app/models/concerns/issuable.rb, TITLE_LENGTH_MAX). */
export const longestTitle = 255;
/** Stands where the source has no title: GitLab refuses blank ones. */
export const noTitle = '(no title)';

// lib/gitlab/regex/merge_requests.rb
const draftMark = /^(?:\[draft\]|\(draft\)|draft:)/i;
const wordJoiner = '\u2060';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export type Title = {
  title: string;
  /** The whole title where it had to be cut: it belongs at the beginning of the text (`textWithTitle`). */
  rest: string | null;
  changed: boolean;
  notices: TextNotice[];
};

/**
 * A title that GitLab takes: one line without blanks at its ends (it cuts them off itself), not blank, and of 255 code points
 * at most. `draft` is that of a merge request, which is one by its title alone; null for what is no merge request.
 */
export function titleOf(title: string, draft: boolean | null = null): Title {
  const { text, notices } = cleanText(title);
  const line = text.replaceAll(/[\n\v\f\u0085\u2028\u2029]+/g, ' ').trim();
  if (line === '') notices.push({ what: 'title-blank', of: title });
  const named = line === '' ? noTitle : line;
  const looksDraft = draft !== null && draftMark.test(named);
  if (looksDraft && !draft) notices.push({ what: 'title-draft', of: named });
  const whole = marked(named, draft, looksDraft);
  const cut = sizeOf(whole, 'characters') > longestTitle;
  if (cut) notices.push({ what: 'title-cut', of: named });
  const result = cut ? cutTitle(whole) : whole;
  return { title: result, rest: cut ? named : null, changed: result !== title, notices };
}

/** What is no draft on the source must not become one by the words of its title. */
function marked(title: string, draft: boolean | null, looksDraft: boolean): string {
  if (draft === null || draft === looksDraft) return title;
  return draft ? `Draft: ${title}` : `${wordJoiner}${title}`;
}

/** Between two characters as people see them. */
function cutTitle(title: string): string {
  let result = '';
  let length = 0;
  for (const { segment } of graphemes.segment(title)) {
    length += sizeOf(segment, 'characters');
    if (length > longestTitle - 1) break;
    result += segment;
  }
  // Marks upon marks upon one letter.
  if (result === '')
    result = Array.from(title)
      .slice(0, longestTitle - 1)
      .join('');
  return `${result.trimEnd()}…`;
}

/** The text of an item whose title had to be cut, with the whole title first. */
export function textWithTitle(rest: string | null, text: string): string {
  if (rest === null) return text;
  return text === '' ? `**${plain(rest)}**` : `**${plain(rest)}**\n\n${text}`;
}

/**
 * The references and mentions of a title in GitLab's words. GitLab reads both in titles, but no Markdown: a mention of nobody
 * is broken by a character that nobody sees.
 */
export function rewriteTitle(
  title: string,
  world: TextWorld,
  { closing = 'all' }: RewriteOptions = {},
): { title: string; notices: TextNotice[] } {
  const references = referenceEdits(title, title, world, { closing, plain: true });
  const mentions = mentionsIn(title, world);
  const edits = mentions.map(({ start, end, name, username }) => ({
    start,
    end,
    text: username === null ? `@${wordJoiner}${name}` : `@${username}`,
  }));
  const unknown = mentions.filter(({ username }) => username === null);
  return {
    title: edited(title, [...references.edits, ...edits]),
    notices: [
      ...references.notices,
      ...unknown.map(({ name }) => ({ what: 'unknown-mention' as const, of: `@${name}` })),
    ],
  };
}
