import { describe, expect, it } from 'vitest';
import type { LfsHistory, PointerBlob, PointerPlace } from '../../../src/model/lfs.ts';
import {
  idleAllowances,
  judgeAbsent,
  keepsBack,
  missingNotices,
  oldAddressNotices,
  type Absent,
  type Verdict,
} from '../../../src/plan/lfs-missing.ts';
import { addressIn } from '../../../src/lfs/server-address.ts';
import { leadsTo, shownAddress } from '../../../src/plan/lfs-servers.ts';

const source = 'https://git.example.com/gitbucket';

function oid(index: number): string {
  return String(index).padStart(64, '0');
}

function pointer(index: number, more: Partial<PointerBlob> = {}): PointerBlob {
  const commit = 'c'.repeat(40);
  return {
    oid: oid(index),
    size: 10,
    blob: `blob ${index}`,
    path: `f${index}.bin`,
    commit,
    plain: true,
    valid: true,
    ...more,
  };
}

function place(refs: string[], tracked = true): PointerPlace {
  return { refs, commit: 'd'.repeat(40), tracked };
}

function judged(
  pointers: PointerBlob[],
  places: Record<string, PointerPlace>,
  more: { allow?: string[]; configured?: LfsHistory['configured']; kind?: Absent['kind'] } = {},
): Verdict {
  const { allow = [], configured = [], kind = 'lost' } = more;
  const absent = pointers.map(({ oid: id, size }) => ({ object: { oid: id, size }, kind, detail: '' }));
  const history = { pointers, configured };
  return judgeAbsent(absent, { history, places: new Map(Object.entries(places)), source, allow });
}

describe('an object that the source cannot give', () => {
  it('keeps back every ref whose history has one of its texts', () => {
    const twice = [pointer(1), pointer(1, { blob: 'other text', path: 'g.bin' })];
    const places = { 'blob 1': place(['refs/heads/main']), 'other text': place(['refs/tags/v1']) };
    const { missing, refused } = judged(twice.slice(0, 2), places);
    expect(Object.keys(refused)).toEqual(['refs/heads/main', 'refs/tags/v1']);
    expect(missing[0]).toMatchObject({
      kind: 'lost',
      path: 'f1.bin',
      ref: 'refs/heads/main',
      allowed: false,
    });
  });

  it('is allowed to be missing by id, path or all', () => {
    const places = { 'blob 1': place(['refs/heads/main']), 'blob 2': place(['refs/heads/main']) };
    const both = [pointer(1), pointer(2)];
    for (const allow of [[oid(1), 'f2.bin'], ['all'], [oid(1).toUpperCase(), oid(2)]]) {
      const { missing, refused } = judged(both, places, { allow });
      expect(missing.map(keepsBack), allow.join()).toEqual([false, false]);
      expect(refused).toEqual({});
    }
    const one = judged(both, places, { allow: ['f1.bin', 'f2'] });
    expect(one.missing.map(keepsBack)).toEqual([false, true]);
    expect(one.refused['refs/heads/main']?.reason).toContain(`1 LFS object that GitLab does not get: f2.bin`);
  });

  it('that is allowed to be missing and is not, or is mistyped, is told', () => {
    const { missing } = judged([pointer(1)], { 'blob 1': place(['refs/heads/main']) });
    expect(idleAllowances(['all', oid(1), 'f1.bin'], missing)).toEqual([]);
    const [path, id, ...others] = idleAllowances(['nope.bin', '0000', oid(2), '0000…01'], missing);
    expect(path).toBe(
      'nope.bin among what may be missing (--allow-missing-lfs, "allowMissingLfs") has no effect: no LFS object that is known to be missing has this id or path',
    );
    expect(id).toMatch(/^0000 /);
    expect(id).toContain('an id must be given whole, with its 64 digits');
    expect(others).toHaveLength(2);
    expect(others[0]).not.toContain('given whole');
    expect(others[1]).toContain('given whole');
  });

  it('is a sample where no attribute tracks it, and where only GitLab takes the text for a pointer', () => {
    const places = { 'blob 1': place(['refs/heads/main'], false), 'blob 2': place(['refs/heads/main']) };
    const { missing, refused } = judged([pointer(1), pointer(2, { valid: false })], places);
    expect(missing.map(({ kind }) => kind)).toEqual(['sample', 'sample']);
    expect(refused).toEqual({});
    // What nobody looked up counts as tracked.
    expect(judged([pointer(1)], {}).missing[0]?.kind).toBe('lost');
  });

  it('is elsewhere where a branch that has it names another server', () => {
    const configured = [{ branch: 'third', address: 'https://ada:secret@lfs.example.org/x' }];
    const places = {
      'blob 1': place(['refs/heads/main', 'refs/heads/third']),
      'blob 2': place(['refs/heads/main']),
    };
    const { missing } = judged([pointer(1), pointer(2)], places, { configured });
    expect(missing).toMatchObject([
      { kind: 'elsewhere', detail: 'https://lfs.example.org/x' },
      { kind: 'lost', detail: '' },
    ]);
    // What did not get through is on this server.
    expect(judged([pointer(1)], places, { configured, kind: 'unsent' }).missing[0]?.kind).toBe('unsent');
  });
});

describe('what reports say', () => {
  it('names each with the way out, and the rest by their number', () => {
    const many = Array.from({ length: 120 }, (_, index) => pointer(index));
    const places = Object.fromEntries(many.map(({ blob }) => [blob, place(['refs/heads/main'])]));
    const notices = missingNotices(judged(many, places).missing, 'team/one');
    expect(notices).toHaveLength(101);
    expect(notices[0]).toMatchObject({ code: 'lfs-missing-refused', object: 'f0.bin' });
    expect(notices[0]?.message).toContain(`branch main, last commit ${'d'.repeat(40)}`);
    expect(notices[100]).toMatchObject({ code: 'lfs-missing-refused', object: 'team/one' });
    expect(notices[100]?.message).toMatch(/^20 more LFS objects/);
    expect(notices[100]?.fix).toContain('--allow-missing-lfs all');
  });

  it('lists the branches whose .lfsconfig leads to the old server', () => {
    const configured = [
      { branch: 'main', address: `${source}/git/team/one.git/info/lfs` },
      { branch: 'other', address: 'https://lfs.example.org/' },
    ];
    const history = { pointers: [], configured };
    const [notice, ...more] = oldAddressNotices(history, 'team/one', {
      source,
      target: 'https://gitlab.example.com/team/one',
    });
    expect(more).toEqual([]);
    expect(notice?.message).toContain('.lfsconfig on main names');
    expect(notice?.message).toContain('lfs.url https://gitlab.example.com/team/one.git/info/lfs');
  });
});

describe('the address of an LFS server', () => {
  it('is lfs.url, else that of a remote', () => {
    expect(addressIn('remote.origin.lfsurl\nhttps://a\0lfs.url\nhttps://b\0')).toBe('https://b');
    expect(addressIn('core.bare\ntrue\0remote.origin.lfsurl\nhttps://a\0')).toBe('https://a');
    expect(addressIn('lfs.url\n\0lfs.concurrenttransfers\n3\0')).toBeNull();
  });

  it('leads to a server by its host, context path and port', () => {
    for (const address of [
      `${source}/git/team/one.git/info/lfs`,
      'http://git.example.com/gitbucket/git/a/b.git/info/lfs',
      'ssh://git@git.example.com:29418/team/one.git',
      'git@GIT.example.com:team/one.git',
    ])
      expect(leadsTo(address, source), address).toBe(true);
    for (const address of [
      'https://git.example.com/other/git/team/one.git/info/lfs',
      'https://git.example.com:8443/gitbucket/x',
      'https://lfs.example.com/gitbucket/x',
      'git@lfs.example.com:team/one.git',
      'no address',
    ])
      expect(leadsTo(address, source), address).toBe(false);
  });

  it('is shown without a password', () => {
    expect(shownAddress('https://ada:secret@lfs.example.org/x')).toBe('https://lfs.example.org/x');
  });
});
