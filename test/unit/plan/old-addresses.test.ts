import { describe, expect, it } from 'vitest';
import { moduleChanges, oldUrl, type Places } from '../../../src/plan/old-addresses.ts';
import { addressesIn } from '../../../src/plan/addresses-in-text.ts';

const root = 'https://gitbucket.example.com';
const context = 'http://tools.example.com:8080/gitbucket';

const target = 'https://gitlab.example.com';

function at(url: string, ...source: string[]): string | null | undefined {
  const old = oldUrl(url, { source: source.length === 0 ? [root] : source, target }, 'team/app');
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
      'gitbucket.example.com:team/lib.git',
      'git://gitbucket.example.com/team/lib.git',
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
    expect(oldUrl('../lib.git', { source: [root], target }, 'team/app')?.relative).toBe(true);
    expect(oldUrl(`${root}/team/lib`, { source: [root], target }, 'team/app')?.relative).toBe(false);
  });
});

it('and by the address that the server believes it has', () => {
  const [asked, believed] = ['http://10.0.0.7:8080', 'https://git.corp.example'];
  expect(at('https://git.corp.example/git/team/lib.git', asked, believed)).toBe('team/lib');
  expect(at('http://10.0.0.7:8080/git/team/lib.git', asked, believed)).toBe('team/lib');
  expect(at('https://git.corp.example/git/team/lib.git', asked)).toBeUndefined();
});

it('but on one machine only those of the very server', () => {
  expect(at('http://localhost:8080/team/lib', 'http://localhost:8080')).toBe('team/lib');
  expect(at('http://localhost:3000/team/lib', 'http://localhost:8080')).toBeUndefined();
  const both = {
    source: ['https://git.example.com/gitbucket'],
    target: 'https://git.example.com/gitbucket/lab',
  };
  expect(oldUrl('https://git.example.com/gitbucket/lab/team.git', both, 'team/app')).toBeNull();
});

function placesWith(paths: Record<string, string>): Places {
  return { source: [root], target, paths: new Map(Object.entries(paths)) };
}

function changed(url: string, fullPath: string, paths: Record<string, string>): string | null | undefined {
  const submodule = { name: 'lib', path: 'lib', url };
  return moduleChanges([submodule], { id: 'team/app', fullPath }, placesWith(paths))[0]?.to;
}

describe('submodules (S01, S02)', () => {
  it('with an absolute address get the new one, by the way in which they were reached', () => {
    const paths = { 'team/lib': 'team/lib', 'other/c++': 'imported/other/cpp' };
    expect(changed(`${root}/git/team/lib.git`, 'team/app', paths)).toBe(`${target}/team/lib.git`);
    expect(changed('git://gitbucket.example.com/team/lib.git', 'team/app', paths)).toBe(
      `${target}/team/lib.git`,
    );
    expect(changed('git@gitbucket.example.com:team/lib.git', 'team/app', paths)).toBe('../lib.git');
    expect(changed('ssh://git@gitbucket.example.com:29418/other/c++.git', 'imported/team/app', paths)).toBe(
      '../../other/cpp.git',
    );
    expect(changed(`${root}/git/other/C++.git`, 'team/app', paths)).toBe(`${target}/imported/other/cpp.git`);
  });

  it('with a relative address change only where it leads elsewhere: mapped or deeper groups', () => {
    const same = { 'team/lib': 'team/lib', 'other/lib': 'other/lib' };
    expect(changed('../lib.git', 'team/app', same)).toBeUndefined();
    expect(changed('../../other/lib.git', 'team/app', same)).toBeUndefined();
    const deeper = { 'team/lib': 'imported/team/lib', 'other/lib': 'imported/other/lib' };
    expect(changed('../lib', 'imported/team/app', deeper)).toBeUndefined();
    expect(changed('../../other/lib.git', 'imported/team/app', deeper)).toBeUndefined();
    const mapped = { 'team/lib': 'team/lib', 'other/lib': 'platform/base/other/lib' };
    expect(changed('../../other/lib.git', 'team/app', mapped)).toBe('../../platform/base/other/lib.git');
    expect(changed('../lib.git', 'platform/team/app', mapped)).toBe('../../../team/lib.git');
    expect(changed('../lib.git', 'team/app', { 'team/lib': 'team/lib-1' })).toBe('../lib-1.git');
  });

  it('whose repository is not known to be anywhere are listed without a new address', () => {
    expect(changed('../gone.git', 'team/app', {})).toBeNull();
    expect(changed('https://github.com/team/lib.git', 'team/app', {})).toBeUndefined();
  });
});

describe('addresses in a text', () => {
  const places: Places = {
    source: [root],
    target,
    paths: new Map([
      ['team/lib', 'team/lib'],
      ['other/c++', 'imported/other/cpp'],
    ]),
  };
  const found = (text: string): [string, string | null][] =>
    addressesIn(text, 'team/app', places).map(({ address, to }) => [address, to]);

  it('are clone addresses, links to pages and bare names, each with what leads there on GitLab', () => {
    const cases: [text: string, address: string, to: string | null][] = [
      [`git clone ${root}/git/team/lib.git && make`, `${root}/git/team/lib.git`, `${target}/team/lib.git`],
      [
        '"lib": "git+ssh://git@gitbucket.example.com:29418/team/lib.git#v1"',
        'git+ssh://gitbucket.example.com:29418/team/lib.git#v1',
        `git+${target}/team/lib.git#v1`,
      ],
      [
        'url: git@gitbucket.example.com:other/c++.git',
        'git@gitbucket.example.com:other/c++.git',
        `${target}/imported/other/cpp.git`,
      ],
      [`<url>${root}/team/lib</url>`, `${root}/team/lib`, `${target}/team/lib`],
      [
        `curl ${root}/team/lib/raw/main/a.sh.`,
        `${root}/team/lib/raw/main/a.sh`,
        `${target}/team/lib/-/raw/main/a.sh`,
      ],
      [`see (${root}/team/lib/issues/7)`, `${root}/team/lib/issues/7`, `${target}/team/lib/-/issues/7`],
      [
        `lfs = ${root}/git/team/lib.git/info/lfs`,
        `${root}/git/team/lib.git/info/lfs`,
        `${target}/team/lib.git/info/lfs`,
      ],
      [
        'require gitbucket.example.com/team/lib v1.2.0',
        'gitbucket.example.com/team/lib',
        'gitlab.example.com/team/lib',
      ],
      [`${root}/api/v3/repos/team/lib`, `${root}/api/v3/repos/team/lib`, null],
      [`${root}/git/team/gone.git`, `${root}/git/team/gone.git`, null],
      [`SERVER=${root}`, root, null],
    ];
    for (const [text, address, to] of cases) expect(found(text), text).toEqual([[address, to]]);
  });

  it('hold no password, and are named once', () => {
    const url = 'https://ci:s3cret@gitbucket.example.com/git/team/lib.git';
    expect(found(`${url}\n${url}`)).toEqual([[`${root}/git/team/lib.git`, `${target}/team/lib.git`]]);
  });

  it('are none where the name is only part of another one', () => {
    for (const text of [
      'https://gitbucket.example.company/team/lib.git',
      'https://my-gitbucket.example.com/team/lib.git',
      'https://gitbucket.example.com.evil.example/team/lib',
      'host: gitbucket.example.com: yes',
      'mail ada@gitbucket.example.com',
    ])
      expect(found(text), text).toEqual([]);
  });

  it('are found in time in a file of one long line', () => {
    const text = `${'a:b@c/'.repeat(200_000)}gitbucket.example.com/team/lib`;
    expect(found(text)).toHaveLength(1);
  });
});
