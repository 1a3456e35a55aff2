import { describe, expect, it } from 'vitest';
import { oldUrl } from '../../../src/inspect/submodules.ts';

const root = 'https://gitbucket.example.com';
const context = 'http://tools.example.com:8080/gitbucket';

function at(url: string, source = root): string | null | undefined {
  const old = oldUrl(url, source, 'team/app');
  return old === null ? undefined : old.repository;
}

describe('URLs that lead to the old server', () => {
  it('by its host, in every way in which GitBucket can be reached', () => {
    for (const url of [
      'https://gitbucket.example.com/git/team/lib.git',
      'http://GitBucket.example.com/git/team/lib',
      'https://gitbucket.example.com/team/lib.git',
      'https://alice@gitbucket.example.com:8443/git/team/lib.git/',
      'ssh://git@gitbucket.example.com:29418/team/lib.git',
      'git@gitbucket.example.com:team/lib.git',
    ]) {
      expect(at(url), url).toBe('team/lib');
    }
  });

  it('below a context path, which ssh does not have', () => {
    expect(at('http://tools.example.com/gitbucket/git/team/lib.git', context)).toBe('team/lib');
    expect(at('ssh://git@tools.example.com:29418/team/lib.git', context)).toBe('team/lib');
    expect(at('http://tools.example.com/other/team/lib.git', context)).toBeUndefined();
    expect(at('http://tools.example.com/gitbucket2/git/team/lib.git', context)).toBeUndefined();
  });

  it('but not those of other servers or of files', () => {
    for (const url of [
      'https://github.com/team/lib.git',
      'git@other.example.com:team/lib.git',
      '/srv/git/lib.git',
      'file:///srv/git/lib.git',
      'lib.git',
    ]) {
      expect(at(url), url).toBeUndefined();
    }
  });

  it('by being relative, as git resolves it', () => {
    expect(at('../lib.git')).toBe('team/lib');
    expect(at('../../other/lib')).toBe('other/lib');
    expect(at('./../lib.git')).toBe('team/lib');
    expect(at('./nested.git')).toBeNull();
    expect(oldUrl('../lib.git', root, 'team/app')?.relative).toBe(true);
    expect(oldUrl('https://gitbucket.example.com/team/lib', root, 'team/app')?.relative).toBe(false);
  });
});
