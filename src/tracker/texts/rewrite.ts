import { cleanText } from './clean.ts';
import { edited } from './edits.ts';
import { linkEdits } from './links.ts';
import { commandEdits, lineBreakEdits, signEdits } from './look.ts';
import { mentionEdits } from './mentions.ts';
import { readMarkdown } from './reading.ts';
import { referenceEdits } from './references.ts';
import { cuts, type Limit } from './split.ts';
import type { RewriteOptions, TextNotice, TextWorld } from './world.ts';

// Without any of these there is nothing to rewrite: `#7`, `GH-7`, a mention or a commit, an address, a newline within a
// paragraph or a heading, a command, a formula or milestone.
const worthReading = /#\d|GH-\d|@|\/|[^\n]\n[^\n]|[$%]/;

/**
 * A text of the source as it has to stand on GitLab to mean and look the same; what needs no change stays byte for byte but
 * for line ends, which become LF. What GitLab would not read as the source did is told.
 */
export function rewriteText(text: string, world: TextWorld, options: RewriteOptions = {}): Rewritten {
  const { text: clean, notices } = cleanText(text);
  if (!worthReading.test(clean)) return { text: clean, notices };
  const rewritten = inPortions(clean, world, options) ?? rewriteClean(clean, world, options);
  return { text: rewritten.text, notices: [...notices, ...rewritten.notices] };
}

type Rewritten = { text: string; notices: TextNotice[] };

/**
 * The time of a reading grows faster than the text: what is longer than texts ever are is read in portions. Null where that
 * would tell: what seems to open a block of code at a cut does not.
 */
function inPortions(clean: string, world: TextWorld, options: RewriteOptions): Rewritten | null {
  const texts: string[] = [];
  const notices: TextNotice[] = [];
  for (const { lead, start, end, tail } of cuts(clean, portion)) {
    const piece = rewriteClean(lead + clean.slice(start, end) + tail, world, options);
    if (!piece.text.startsWith(lead) || !piece.text.endsWith(tail)) return null;
    texts.push(piece.text.slice(lead.length, piece.text.length - tail.length));
    notices.push(...piece.notices);
  }
  return { text: texts.join(''), notices };
}

const portion: Limit = { unit: 'characters', most: 20_000 };

function rewriteClean(clean: string, world: TextWorld, options: RewriteOptions): Rewritten {
  const reading = readMarkdown(clean);
  const references = referenceEdits(clean, reading.visible, world, options);
  const links = linkEdits(reading.links, world);
  const mentions = mentionEdits(clean, reading, world);
  const commands = options.commands === true ? commandEdits(clean, reading) : [];
  const edits = [
    ...references.edits,
    ...links.edits,
    ...mentions.edits,
    ...commands,
    ...(options.lineBreaks === false ? [] : lineBreakEdits(clean, reading)),
    ...signEdits(clean, reading),
  ];
  return {
    text: edited(clean, edits),
    notices: [
      ...references.notices,
      ...links.notices,
      ...mentions.notices,
      ...commands.map(({ start }) => ({ what: 'command' as const, of: lineAt(clean, start).trimStart() })),
    ],
  };
}

function lineAt(text: string, start: number): string {
  return text.slice(start, start + 80).replace(/\n[^]*$/, '');
}
