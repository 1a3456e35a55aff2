import { beforeEach, describe, expect, it } from 'vitest';
import { usePushFixture } from './git-push-fixture.ts';
import { gitOk } from './git-server.ts';
import { EMPTY_PACK, packOf } from './git-wire.ts';

const at = usePushFixture();

describe('leases', () => {
  beforeEach(() => at.fill());

  it.each([
    [
      'a stale old id',
      'main',
      () => ({ old: at.parent, new: at.parent }),
      'incorrect old value provided',
      /cannot lock ref 'refs\/heads\/main': is at [0-9a-f]{40} but expected [0-9a-f]{40}\n/,
    ],
    [
      'a ref that is there already',
      'main',
      () => ({ new: at.tip }),
      'reference already exists',
      /: reference already exists\n/,
    ],
    [
      'a ref that is gone',
      'gone',
      () => ({ old: at.tip, new: at.parent }),
      'reference does not exist',
      /unable to resolve reference 'refs\/heads\/gone'/,
    ],
    [
      'a directory in the way',
      'old/sub',
      () => ({ new: at.tip }),
      'refname conflict',
      /'refs\/heads\/old' exists; cannot create/,
    ],
  ])('%s', async (_case, name, ids, reason, text) => {
    const ref = `refs/heads/${name}`;
    const { report, texts } = await at.push({
      commands: [
        { ref, ...ids() },
        { new: at.tip, ref: 'refs/heads/beside' },
      ],
      pack: EMPTY_PACK,
    });
    expect(report).toEqual(['unpack ok', `ng ${ref} ${reason}`, 'ok refs/heads/beside']);
    expect(texts).toMatch(text);
  });

  it('a branch takes no tag object', async () => {
    await gitOk(at.work, ['tag', '-f', '-a', '-m', 'x', 'annotated', 'main']);
    const id = await gitOk(at.work, ['rev-parse', 'annotated']);
    const { report } = await at.push({
      commands: [
        { new: id, ref: 'refs/heads/annot' },
        { new: id, ref: 'refs/tags/annot' },
      ],
      pack: await packOf(at.work, [id]),
    });
    expect(report.slice(1)).toEqual(['ng refs/heads/annot invalid new value provided', 'ok refs/tags/annot']);
  });

  it('a ref named twice fails every command of the request', async () => {
    const { report, texts } = await at.push({
      commands: ['dup', 'dup', 'beside'].map((name) => ({ new: at.tip, ref: `refs/heads/${name}` })),
      pack: EMPTY_PACK,
    });
    expect(report.slice(1)).toEqual([
      'ng refs/heads/dup failed to update refs',
      'ng refs/heads/dup failed to update refs',
      'ng refs/heads/beside failed to update refs',
    ]);
    expect(texts).toBe("error: multiple updates for ref 'refs/heads/dup' not allowed\n");
    expect(await at.refs()).toBe('main\nold');
  });

  it('atomic fails all for one', async () => {
    const { report } = await at.push({
      commands: [
        { new: at.tip, ref: 'refs/heads/main' },
        { new: at.tip, ref: 'refs/heads/beside' },
      ],
      capabilities: 'report-status side-band-64k atomic',
      pack: EMPTY_PACK,
    });
    expect(report.slice(1)).toEqual([
      'ng refs/heads/main atomic transaction failed',
      'ng refs/heads/beside atomic transaction failed',
    ]);
  });

  it('an unprotected branch goes backwards when the old id is right', async () => {
    const { report } = await at.push({
      commands: [
        { old: at.parent, new: await gitOk(at.work, ['rev-parse', 'main~2']), ref: 'refs/heads/old' },
      ],
      pack: EMPTY_PACK,
    });
    expect(report[1]).toBe('ok refs/heads/old');
  });

  it('a branch can be deleted', async () => {
    const { report } = await at.push({
      commands: [{ old: at.parent, ref: 'refs/heads/old' }],
      pack: EMPTY_PACK,
    });
    expect(report).toEqual(['unpack ok', 'ok refs/heads/old']);
    expect(await at.refs()).toBe('main');
  });
});
