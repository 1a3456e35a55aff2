import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { usePushFixture } from './git-push-fixture.ts';
import { gitOk } from './git-server.ts';
import { EMPTY_PACK, packOf } from './git-wire.ts';

const at = usePushFixture();

describe('packs', () => {
  const commands = [{ new: '', ref: 'refs/heads/main' }];
  beforeEach(() => {
    commands[0]!.new = at.tip;
  });

  it('an empty one suffices for objects that are there', async () => {
    await at.fill();
    const { report } = await at.push({
      commands: [{ new: at.parent, ref: 'refs/tags/v1' }],
      pack: EMPTY_PACK,
    });
    expect(report).toEqual(['unpack ok', 'ok refs/tags/v1']);
  });

  it('objects that are not there are told, and good refs beside them pass', async () => {
    await at.fill();
    const { report, texts } = await at.push({
      commands: [
        { new: '1'.repeat(40), ref: 'refs/heads/none' },
        { new: at.tip, ref: 'refs/heads/fine' },
      ],
      pack: EMPTY_PACK,
    });
    expect(report).toEqual([
      'unpack ok',
      'ng refs/heads/none missing necessary objects',
      'ok refs/heads/fine',
    ]);
    expect(texts).toContain(`fatal: bad object ${'1'.repeat(40)}`);
  });

  it('none at all is an error unless everything is deleted', async () => {
    expect((await at.push({ commands })).report).toEqual([
      'unpack eof before pack header was fully read',
      'ng refs/heads/main unpacker error',
    ]);
    await at.fill();
    const deleted = await at.push({ commands: [{ old: at.parent, ref: 'refs/heads/old' }] });
    expect(deleted.report).toEqual(['unpack ok', 'ok refs/heads/old']);
  });

  it.each([
    ['half', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), /early EOF|inflate/],
    ['all but the trailer', (bytes: Buffer) => bytes.subarray(0, -20), /early EOF/],
    [
      'a wrong trailer',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('x')]),
      /SHA1 mismatch|sha1/,
    ],
  ])('%s of one is refused, properly ended, and leaves nothing', async (_case, damage, text) => {
    const { report, texts } = await at.push({ commands, pack: damage(at.pack) });
    expect(report).toEqual(['unpack unpack-objects abnormal exit', 'ng refs/heads/main unpacker error']);
    expect(texts).toMatch(text);
    expect(await at.refs()).toBe('');
    expect(await at.leftovers()).toEqual([]);
  });

  it('a big damaged one goes through index-pack and leaves nothing either', async () => {
    const big = await bigPack();
    const { report, texts } = await at.push({
      commands: [{ new: big.tip, ref: 'refs/heads/main' }],
      pack: big.pack.subarray(0, 400_000),
    });
    expect(report).toEqual(['unpack index-pack abnormal exit', 'ng refs/heads/main unpacker error']);
    expect(texts).toContain('fatal: early EOF');
    expect(await at.leftovers()).toEqual([]);
  });

  it.each([
    ['badDate', 'tree TREE\nauthor A <a@example.com> x +0000\ncommitter A <a@example.com> 1 +0000\n\nm\n'],
    ['missingEmail', 'tree TREE\nauthor A 1 +0000\ncommitter A <a@example.com> 1 +0000\n\nm\n'],
    [
      'zeroPaddedDate',
      'tree TREE\nauthor A <a@example.com> 01 +0000\ncommitter A <a@example.com> 1 +0000\n\nm\n',
    ],
  ])('an object with %s is refused with its id', async (check, text) => {
    const id = await hashCommit(text);
    const { report, texts } = await at.push({
      commands: [{ new: id, ref: 'refs/heads/bad' }],
      pack: await packOf(at.work, [id]),
    });
    expect(texts).toContain(`error: object ${id}: ${check}: `);
    expect(texts).toContain('fatal: fsck error in packed object');
    expect(report).toEqual(['unpack unpack-objects abnormal exit', 'ng refs/heads/bad unpacker error']);
  });

  it('a bad time zone is taken, and so is what the administrator ignores', async () => {
    const id = await hashCommit(
      'tree TREE\nauthor A <a@example.com> 1 +051800\ncommitter A <a@example.com> 1 +0000\n\nm\n',
    );
    expect(
      (await at.push({ commands: [{ new: id, ref: 'refs/heads/zone' }], pack: await packOf(at.work, [id]) }))
        .report[1],
    ).toBe('ok refs/heads/zone');
    const bad = await hashCommit('tree TREE\nauthor A 2 +0000\ncommitter A <a@example.com> 1 +0000\n\nm\n');
    at.gitlab.settings.git.fsckIgnore = ['missingEmail'];
    const { report } = await at.push({
      commands: [{ new: bad, ref: 'refs/heads/mail' }],
      pack: await packOf(at.work, [bad]),
    });
    at.gitlab.settings.git.fsckIgnore = [];
    expect(report[1]).toBe('ok refs/heads/mail');
  });
});

async function hashCommit(text: string): Promise<string> {
  const tree = await gitOk(at.work, ['rev-parse', 'main^{tree}']);
  const args = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'];
  return gitOk(at.work, args, text.replace('TREE', tree));
}

async function bigPack(): Promise<{ tip: string; pack: Buffer }> {
  await gitOk(at.dir, ['init', '-q', '-b', 'main', 'big']);
  const big = join(at.dir, 'big');
  for (let index = 0; index < 120; index += 1) {
    await writeFile(join(big, `${index}.bin`), randomBytes(8_000));
  }
  await gitOk(big, ['add', '.']);
  await gitOk(big, ['commit', '-q', '-m', 'big']);
  return { tip: await gitOk(big, ['rev-parse', 'HEAD']), pack: await packOf(big, ['main']) };
}
