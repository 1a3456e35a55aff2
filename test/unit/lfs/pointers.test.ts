import { describe, expect, it } from 'vitest';
import { parsePointer, plainPointer } from '../../../src/lfs/pointers.ts';

const oid = 'ab'.repeat(32);
const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`;

describe('LFS pointers', () => {
  it('name the object and its size, in all the ways that git-lfs reads', () => {
    const extended = text.replace('oid', `ext-0-foo sha256:${oid}\noid`);
    for (const other of [
      text,
      extended,
      text.replaceAll('\n', '\r\n'),
      text.replace('git-lfs', 'hawser'),
      text.replace('https://git-lfs.github.com/spec/v1', 'http://git-media.io/v/2'),
      text.trimEnd(),
      `${text}\n`,
      ` ${text}`,
    ]) {
      expect(parsePointer(other), other).toEqual({ oid, size: 12345 });
    }
  });

  it('are nothing else', () => {
    for (const other of [
      text.replace('spec/v1', 'spec/v2'),
      text.replace('sha256', 'sha1'),
      text.replace(oid, oid.slice(1)),
      text.replace('size 12345', 'size many'),
      text.replace('size 12345\n', ''),
      `${text}size 12345\n`,
      `${text}and more\n`,
      `oid sha256:${oid}\nversion https://git-lfs.github.com/spec/v1\nsize 1\n`,
    ]) {
      expect(parsePointer(other), other).toBeNull();
    }
  });

  it('are seen by GitLab only when they are short and end their lines as git does (GL-255)', () => {
    for (const other of [
      text,
      `${text}\n`,
      text.replace('spec/v1', 'spec/v0'),
      text.replace('oid', 'x 1\noid'),
    ])
      expect(plainPointer(other), other).toEqual({ oid, size: 12345 });
    for (const other of [
      text.replaceAll('\n', '\r\n'),
      text.trimEnd(),
      text.replace('git-lfs', 'hawser'),
      text.replace('oid', `ext-0-foo sha256:${oid}\noid`),
      ` ${text}`,
    ])
      expect(plainPointer(other), other).toBeNull();
  });
});
