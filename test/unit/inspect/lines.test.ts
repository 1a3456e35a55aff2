import { describe, expect, it } from 'vitest';
import { parseFsckLine, progressOf } from '../../../src/git/fsck.ts';
import { parseObjectLine } from '../../../src/git/object-walk.ts';
import { parseModules } from '../../../src/plan/old-addresses.ts';

const id = '68e54bc0db327293544afd7bed191db27b3da60e';

describe('lines of git fsck', () => {
  it('name the object and the check of an error', () => {
    const text = 'invalid author/committer line - bad date';
    expect(parseFsckLine(`error in commit ${id}: badDate: ${text}`)).toEqual({
      type: 'commit',
      id,
      check: 'badDate',
      text,
    });
    expect(
      parseFsckLine(`error in tree ${id} (HEAD:dir/): treeNotSorted: not properly sorted`),
    ).toMatchObject({
      type: 'tree',
      check: 'treeNotSorted',
    });
  });

  it('that tell of warnings or of damage are none', () => {
    for (const line of [
      `warning in tree ${id}: zeroPaddedFilemode: contains zero-padded file modes`,
      `error: inflate: data stream error`,
      `missing blob ${id}`,
      'notice: HEAD points to an unborn branch (master)',
      '',
    ]) {
      expect(parseFsckLine(line)).toBeNull();
    }
  });

  it('give the progress', () => {
    expect(progressOf('Checking objects:  45% (9/20)')).toBe(45);
    expect(progressOf('Checking object directories: 100% (256/256), done.')).toBeNull();
  });
});

describe('lines of git cat-file', () => {
  it('have a path with spaces, or none', () => {
    expect(parseObjectLine(`${id} blob 300 120 dir/a file  x`)).toEqual({
      id,
      type: 'blob',
      size: 300,
      packed: 120,
      path: 'dir/a file  x',
    });
    expect(parseObjectLine(`${id} commit 190 143 `)).toMatchObject({ type: 'commit', path: '' });
    expect(parseObjectLine(`${id} tree 35 52`)).toMatchObject({ type: 'tree', path: '' });
    expect(parseObjectLine(`${id} missing`)).toBeNull();
  });
});

describe('submodules', () => {
  it('come with path and URL, whatever their name holds', () => {
    const listing = [
      'submodule.lib.path\nlib',
      'submodule.lib.url\n../lib.git',
      'submodule.a.path.url\nhttps://git.example.com/a.git',
      'submodule.no-url.path\nx',
      'submodule.lib.branch\nmain',
      'core.bare\ntrue',
      '',
    ].join('\0');
    expect(parseModules(listing)).toEqual([
      { name: 'lib', path: 'lib', url: '../lib.git' },
      { name: 'a.path', path: 'a.path', url: 'https://git.example.com/a.git' },
    ]);
  });
});
