import { parse, postprocess, preprocess } from 'micromark';
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import { gfmTable } from 'micromark-extension-gfm-table';
import { decoded, readHtml, type OpenElements } from './html.ts';

/** What each piece of a Markdown text is to GitLab, by offsets in UTF-16 units. */
export type Reading = {
  /**
   * The text with everything blanked in which GitLab looks for no reference: code, links with their texts, tags, marks.
   * Offsets are those of the text.
   */
  visible: string;
  /**
   * What stands there: text, text between tags of HTML (no Markdown is read in it), code; blanked text within tags like
   * `<code>` (Markdown is read in it); or anything else that is blanked.
   */
  kindAt: (offset: number) => Kind;
  links: Link[];
  /** Newlines within paragraphs that GitLab shows as blanks, each with the blanks before it. */
  softBreaks: Span[];
  /** Paragraphs, headings, rows of tables: marks in one have no effect on another. */
  blocks: Span[];
  /** Headings by a line of `=` or `-` below them. */
  underlined: Underlined[];
  /** Code and tags of HTML, in which a mark would be shown. */
  raw: Raw[];
};

export type Kind = (typeof kindNames)[number];
const kindNames = ['other', 'text', 'html', 'code', 'silent'] as const;

export type Span = { start: number; end: number };

/** `inline`: within a paragraph, where a newline is as good as a blank. */
export type Raw = Span & { inline: boolean };

export type Link = Span & {
  /**
   * What the span is: the address in `[text](address)` or in a definition; the whole of `<address>` or of a bare one; the
   * value of an attribute; a bare address between tags.
   */
  form: 'target' | 'angle' | 'bare' | 'attribute' | 'bare-html';
  url: string;
  image: boolean;
  /** Its text as it is written; empty where there is none. */
  name: string;
};

export type Underlined = {
  /** Where each of its lines but the last ends: the newline with the blanks before it. */
  lineEnds: Span[];
  /** The line below. */
  line: Span;
  /** Whether it stands in a list or a quote. */
  inside: boolean;
};

type Events = ReturnType<typeof postprocess>;
type Token = Events[number][1];

const extensions = [gfmTable(), gfmAutolinkLiteral()];
const byteOrderMark = '\uFEFF';

/** Reads a text whose line ends are LF. */
export function readMarkdown(text: string): Reading {
  // micromark counts from behind the mark.
  const offset = text.startsWith(byteOrderMark) ? 1 : 0;
  const parser = parse({ extensions }).document();
  const events = postprocess(parser.write(preprocess()(readable(text.slice(offset)), undefined, true)));
  const state = newState(text, offset);
  for (const [kind, token] of events) {
    if (kind === 'enter') enter(state, token);
    else leave(state, token);
  }
  return readingOf(state);
}

/** micromark takes no slash in an attribute without quotes, as CommonMark and GitLab do. Only lengths matter to it. */
function readable(text: string): string {
  return text.replaceAll(/<[A-Za-z][^<>]*>/g, (tag) =>
    tag.replaceAll(/=[^\s"'=<>`]+/g, (value) => value.replaceAll('/', 'x')),
  );
}

type State = Omit<Reading, 'visible' | 'kindAt'> & {
  text: string;
  offset: number;
  /** Places in the list of kinds. */
  kinds: Uint8Array;
  /** Types of the tokens that are open. */
  inside: string[];
  names: string[];
  openElements: OpenElements;
  /** The last token was a hard break: the newline that follows is shown. */
  broken: boolean;
  lineEnds: Span[];
};

function newState(text: string, offset: number): State {
  const lists = {
    links: [],
    softBreaks: [],
    blocks: [],
    underlined: [],
    raw: [],
    inside: [],
    names: [],
    lineEnds: [],
  };
  return { ...lists, text, offset, kinds: new Uint8Array(text.length), openElements: [], broken: false };
}

function readingOf({ text, kinds, links, softBreaks, blocks, underlined, raw }: State): Reading {
  const isShown = (at: number): boolean => kinds[at] === 1 || kinds[at] === 2;
  let visible = '';
  for (let at = 0, from = 0; at <= text.length; at += 1) {
    if (at < text.length && isShown(at) === isShown(from)) continue;
    const piece = text.slice(from, at);
    visible += isShown(from) ? piece : piece.replaceAll(/[^\n]/g, ' ');
    from = at;
  }
  return {
    visible,
    kindAt: (at) => kindNames[kinds[at] ?? 0] ?? 'other',
    links,
    softBreaks,
    blocks,
    underlined,
    raw,
  };
}

const hiding = new Set(['link', 'image', 'definition', 'codeFenced', 'codeIndented', 'autolink']);
const rawTypes = new Map([
  ['codeText', true],
  ['htmlText', true],
  ['codeFenced', false],
  ['codeIndented', false],
  ['htmlFlow', false],
]);
const codeTypes = new Set(['codeFenced', 'codeIndented', 'codeText']);
const unbroken = new Set(['codeText', 'htmlText', 'resource', 'reference', 'image', 'definition']);
const blockTypes = new Set(['paragraph', 'atxHeading', 'setextHeading', 'tableRow']);
const containers = new Set(['blockQuote', 'listOrdered', 'listUnordered']);

function spanOf({ offset }: State, token: Token): Span {
  return { start: token.start.offset + offset, end: token.end.offset + offset };
}

function enter(state: State, token: Token): void {
  const span = spanOf(state, token);
  const { text, inside } = state;
  const { type } = token;
  if (type === 'data' && !inside.some((type) => hiding.has(type)))
    state.kinds.fill(state.openElements.length === 0 ? 1 : 4, span.start, span.end);
  if (codeTypes.has(type)) state.kinds.fill(3, span.start, span.end);
  if (blockTypes.has(type)) state.blocks.push(span);
  const inline = rawTypes.get(type);
  if (inline !== undefined) state.raw.push({ ...span, inline });
  if (type === 'lineEnding') lineEnd(state, span);
  if (type === 'htmlText' || type === 'htmlFlow') html(state, span);
  if (type === 'labelText' || type === 'definitionLabelString')
    state.names[state.names.length - 1] = text.slice(span.start, span.end);
  if (type === 'link' || type === 'image' || type === 'definition') state.names.push('');
  const form = formOf(type);
  // An address within `<code>` is code.
  if (form !== null && (form !== 'bare' || state.openElements.length === 0))
    state.links.push(linkOf(state, span, form, token));
  if (type === 'setextHeadingLineSequence')
    state.underlined.push({
      lineEnds: state.lineEnds.splice(0),
      line: span,
      inside: inside.some((type) => containers.has(type)),
    });
  if (type === 'setextHeading') state.lineEnds = [];
  state.broken = type === 'hardBreakTrailing' || type === 'hardBreakEscape';
  inside.push(type);
}

function leave(state: State, { type }: Token): void {
  state.inside.pop();
  if (type === 'link' || type === 'image' || type === 'definition') state.names.pop();
  state.broken = type === 'hardBreakTrailing' || type === 'hardBreakEscape';
}

function formOf(type: string): 'target' | 'angle' | 'bare' | null {
  if (type === 'resourceDestinationString' || type === 'definitionDestinationString') return 'target';
  if (type === 'autolink') return 'angle';
  return type === 'literalAutolinkHttp' || type === 'literalAutolinkWww' ? 'bare' : null;
}

function linkOf(state: State, span: Span, form: 'target' | 'angle' | 'bare', token: Token): Link {
  const written = state.text.slice(span.start, span.end);
  const url = form === 'angle' ? written.slice(1, -1) : written;
  const within = state.inside.findLast((type) => type === 'link' || type === 'image');
  return {
    ...span,
    form,
    url: decoded(url.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')),
    image: form === 'target' && token.type === 'resourceDestinationString' && within === 'image',
    name: form === 'target' ? (state.names.at(-1) ?? '') : '',
  };
}

function lineEnd(state: State, { start }: Span): void {
  const { text, inside, broken } = state;
  let from = start;
  while (text[from - 1] === ' ' || text[from - 1] === '\t') from -= 1;
  // Behind an unmatched backtick, micromark counts the indentation of the next line to the newline.
  const span = { start: from, end: start + 1 };
  if (broken || inside.some((type) => unbroken.has(type))) return;
  if (inside.includes('setextHeadingText')) state.lineEnds.push(span);
  else if (inside.includes('paragraph')) state.softBreaks.push(span);
}

const bareAddress = /\bhttps?:\/\/[^\s<>"'`]*[^\s<>"'`.,:;!?)\]]/gi;

function html(state: State, { start, end }: Span): void {
  const { links, texts } = readHtml(state.text, start, end, state.openElements);
  state.links.push(...links.map((link) => ({ ...link, form: 'attribute' as const })));
  for (const { start, end } of texts) {
    state.kinds.fill(2, start, end);
    for (const { 0: url, index } of state.text.slice(start, end).matchAll(bareAddress)) {
      const span = { start: start + index, end: start + index + url.length };
      state.kinds.fill(0, span.start, span.end);
      state.links.push({ ...span, form: 'bare-html', url: decoded(url), image: false, name: '' });
    }
  }
}
