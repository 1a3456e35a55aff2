import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eachLine } from '../../../src/git/stream.ts';
import { createSizeCheck } from '../../../src/inspect/large-files.ts';
import { eachEntry, type BatchEntry } from '../../../src/lfs/pointers.ts';
import type { WalkedObject } from '../../../src/git/object-walk.ts';
import { travellingIds } from '../../../src/inspect/repository.ts';
import type { RefChange } from '../../../src/model/plan.ts';

function inPieces(text: string, size: number): Readable {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return Readable.from(pieces);
}

function blob(path: string, size: number, packed: number): WalkedObject {
  return { id: path, type: 'blob', size, packed, path };
}

function change(
  ref: string,
  outcome: RefChange['outcome'],
  old: string | null,
  id: string | null,
): RefChange {
  return { ref, outcome, old, new: id, force: false, afterOthers: false };
}

describe('what git writes', () => {
  it('comes line by line, wherever the pieces are cut', async () => {
    const text = 'größe 🚀\n\nsecond\nlast without end';
    for (const size of [1, 2, 3, 7, 100]) {
      const lines: string[] = [];
      await eachLine(inPieces(text, size), (line) => void lines.push(line));
      expect(lines).toEqual(text.split('\n'));
    }
  });

  it('comes object by object, with line breaks inside and whatever is missing left out', async () => {
    const text = `${'a'.repeat(40)} 6 c ä b\nö\nx\n\n\nnowhere:x missing\n${'b'.repeat(40)} 0 p\n\n`;
    for (const size of [1, 5, 44, 1000]) {
      const entries: BatchEntry[] = [];
      await eachEntry(inPieces(text, size), (entry) => void entries.push(entry));
      expect(entries).toEqual([
        { id: 'a'.repeat(40), size: 6, rest: 'c ä b', content: 'ö\nx\n\n' },
        { id: 'b'.repeat(40), size: 0, rest: 'p', content: '' },
      ]);
    }
  });
});

describe('sizes', () => {
  const mebi = 1024 * 1024;

  it('count per commit against the limit of a push, and per file against that of a file', () => {
    const check = createSizeCheck({ push: 1000, file: 5000 });
    check.visit(blob('a', 600, 600), 'one');
    check.visit(blob('b', 300, 300), 'one');
    check.visit(blob('c', 600, 600), 'two');
    check.visit(blob('d', 600, 600), 'two');
    check.visit(blob('e', 9000, 1200), 'three');
    check.visit(blob('f', 5001, 10), 'four');
    check.end();
    expect(check.files.map(({ path, commit, exceeds }) => [path, commit, exceeds])).toEqual([
      ['e', 'three', 'push'],
      ['f', 'four', 'file'],
    ]);
    expect(check.commits).toEqual([{ commit: 'two', packed: 1200 }]);
  });

  it('without a limit are worth a word above 100 MiB only', () => {
    const check = createSizeCheck({ push: null, file: null });
    check.visit(blob('fits', 100 * mebi, 1), 'one');
    check.visit(blob('large', 100 * mebi + 1, 1), 'one');
    check.end();
    expect(check.files.map(({ path, exceeds }) => [path, exceeds])).toEqual([['large', null]]);
    expect(check.commits).toEqual([]);
  });
});

describe('ids that matter', () => {
  it('are those of refs that travel; what GitLab has is not sent', () => {
    expect(
      travellingIds([
        change('refs/heads/main', 'update', 'a', 'b'),
        change('refs/heads/next', 'create', null, 'b'),
        change('refs/tags/v1', 'unchanged', 'c', 'c'),
        change('refs/heads/-x', 'refused', null, 'd'),
        change('refs/heads/moved', 'diverged', 'e', 'f'),
        change('refs/heads/gone', 'delete', 'g', null),
        change('refs/heads/own', 'kept', 'h', null),
      ]),
    ).toEqual({
      writes: ['b'],
      stays: ['c'],
      there: ['a', 'c', 'e', 'g', 'h'],
      branches: [
        { branch: 'main', id: 'b' },
        { branch: 'next', id: 'b' },
      ],
    });
  });
});
