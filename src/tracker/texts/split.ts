import type { TextNotice } from './world.ts';

/** Bytes are those of UTF-8, characters are code points. */
export type Limit = { unit: 'bytes' | 'characters'; most: number };

/** Of an issue or merge request (app/models/concerns/issuable.rb): an import cuts by characters first, bytes are the smaller. */
export const descriptionLimit: Limit = { unit: 'bytes', most: 1_048_576 };
export const noteLimit: Limit = { unit: 'characters', most: 1_000_000 };

/** The text of an item or comment, and what does not fit into it: texts of comments that follow. */
export function fitText(
  text: string,
  first: Limit,
): { text: string; following: string[]; notices: TextNotice[] } {
  const [fitting = '', ...following] = splitText(text, first, noteLimit);
  const notices: TextNotice[] = following.length === 0 ? [] : [{ what: 'split', of: firstLine(text) }];
  return { text: fitting, following, notices };
}

function firstLine(text: string): string {
  return text.slice(0, 80).replace(/\n[^]*$/, '');
}

/**
 * Pieces of at most that size, in order, cut where a paragraph ends, else at a line, a blank, or between two code points.
 * Where a cut falls into a fenced block, one piece closes it and the next opens it again; all else of the pieces is the text.
 * Pieces of blanks only are left out: GitLab takes none.
 */
export function splitText(text: string, first: Limit, next: Limit = first): string[] {
  const pieces = cuts(text, first, next).map(
    ({ lead, start, end, tail }) => lead + text.slice(start, end) + tail,
  );
  return pieces.length === 1 ? pieces : pieces.filter((piece) => piece.trim() !== '');
}

/** A piece of the text, and what stands before and behind it for the sake of a fenced block. */
export type Cut = { lead: string; start: number; end: number; tail: string };

export function cuts(text: string, first: Limit, next: Limit = first): Cut[] {
  const result: Cut[] = [];
  let fence: Fence | null = null;
  for (let start = 0; start < text.length || start === 0;) {
    const limit = result.length === 0 ? first : next;
    const lead: string = fence === null ? '' : `${fence.opening}\n`;
    const room = limit.most - sizeOf(lead, limit.unit);
    let end = cutWithin(text, start, room, limit);
    let after: Fence | null = end === text.length ? null : fenceAfter(text.slice(start, end), fence);
    if (after !== null) {
      end = cutWithin(text, start, room - sizeOf(after.closing, limit.unit) - 1, limit);
      after = fenceAfter(text.slice(start, end), fence);
    }
    const newline = text[end - 1] === '\n' ? '' : '\n';
    result.push({ lead, start, end, tail: after === null ? '' : newline + after.closing });
    fence = after;
    start = end;
    if (start === 0) break;
  }
  return result;
}

/** Length of a text in that unit. */
export function sizeOf(text: string, unit: Limit['unit']): number {
  let size = 0;
  for (const character of text) size += unit === 'bytes' ? bytesOf(character) : 1;
  return size;
}

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x8_00) return 2;
  return code < 0x1_00_00 ? 3 : 4;
}

/** Where the piece that begins at `start` ends: the best place within the room, one code point on at least. */
function cutWithin(text: string, start: number, room: number, { unit }: Limit): number {
  let end = start;
  let size = 0;
  while (end < text.length) {
    const character = String.fromCodePoint(text.codePointAt(end) ?? 0);
    size += unit === 'bytes' ? bytesOf(character) : 1;
    if (size > room && end > start) break;
    end += character.length;
  }
  if (end === text.length) return end;
  const half = start + Math.floor((end - start) / 2);
  for (const mark of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(mark, end - mark.length);
    if (at >= half && at > start) return at + mark.length;
  }
  return end;
}

type Fence = { marks: string; opening: string; closing: string };

const longestOpening = 200;

/** The fenced block that is open behind a piece that began with `fence` open. */
function fenceAfter(piece: string, fence: Fence | null): Fence | null {
  let open = fence;
  for (const line of piece.split('\n')) {
    const found = /^(?<before>[ \t]*(?:> ?)*[ \t]*)(?<marks>`{3,}(?=[^`]*$)|~{3,})(?<info>.*)$/.exec(
      line,
    )?.groups;
    if (found === undefined) continue;
    const { before = '', marks = '', info = '' } = found;
    if (open === null) {
      const opening = line.length > longestOpening ? before + marks : line;
      open = { marks, opening, closing: before + marks };
    } else if (marks.startsWith(open.marks) && info.trim() === '') open = null;
  }
  return open;
}
