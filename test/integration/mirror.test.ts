import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitExit, gitFailure } from '../../src/git/errors.ts';
import { commitOn, git, pointAt } from '../helpers/commits.ts';
import { refsIn } from '../helpers/servers.ts';
import { mirrorSetup, type MirrorSetup } from './mirror-setup.ts';

const ALL = ['refs/heads', 'refs/tags', 'refs/notes'];

/** A project that has everything already, ours. */
async function moved(): Promise<MirrorSetup> {
  const setup = await mirrorSetup();
  commitOn(setup.source, 'main', 'first');
  commitOn(setup.source, 'topic', 'topic');
  await setup.transfer(setup.changes());
  return setup;
}

function pushes({ gitlab }: MirrorSetup): { bytesIn: number }[] {
  return gitlab.server.requests.filter(
    ({ method, url }) => method === 'POST' && url.endsWith('git-receive-pack'),
  );
}

test('the first transfer brings branches, tags and notes and nothing else', async () => {
  const setup = await mirrorSetup();
  const first = commitOn(setup.source, 'main', 'first');
  git(setup.source, 'tag', '-a', '-m', 'one', 'v1', 'main');
  git(setup.source, 'notes', 'add', '-m', 'a note', first);
  git(setup.source, 'update-ref', 'refs/pull/1/head', first);

  const { results, bytes } = await setup.transfer(setup.changes());

  expect(results.map(({ outcome }) => outcome)).toEqual(['written', 'written', 'written']);
  expect(bytes).toBeGreaterThan(100);
  expect(refsIn(setup.target, ['refs/'])).toEqual(refsIn(setup.source, ALL));
});

test('with nothing to write nothing is pushed and nothing comes from the source', async () => {
  const setup = await moved();
  const before = pushes(setup).length;

  expect(await setup.transfer(setup.changes({ ours: true }))).toEqual({ results: [], bytes: 0 });

  expect(pushes(setup).length).toBe(before);
});

test('later only what is new travels, on both ways', async () => {
  const setup = await mirrorSetup();
  const noise = Array.from({ length: 5000 }, (_, index) => Math.sin(index)).join('\n');
  commitOn(setup.source, 'main', noise);
  const first = await setup.transfer(setup.changes());
  expect(first.bytes).toBeGreaterThan(30_000);

  commitOn(setup.source, 'main', 'second');
  const second = await setup.transfer(setup.changes({ ours: true }));

  expect(second.bytes).toBeLessThan(3000);
  expect(pushes(setup).at(-1)?.bytesIn).toBeLessThan(3000);
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
});

test('of 300 refs exactly the three that only the server refuses are refused, each with its own text', async () => {
  const setup = await mirrorSetup();
  const first = commitOn(setup.source, 'main', 'first');
  await setup.transfer(setup.changes());
  const project = setup.gitlab.project('team/one');
  const closed = { pushAccessLevel: 0, mergeAccessLevel: 0, allowForcePush: false };
  project.protectedBranches.push({ id: 900, name: 'locked-*', ...closed });
  project.protectedTags.push({ name: 'sealed*', createAccessLevel: 0 });
  const names = Array.from({ length: 297 }, (_, index) => `refs/heads/b${index}`);
  const guilty = ['refs/heads/locked-a', 'refs/heads/locked-z', 'refs/tags/sealed-1'];
  pointAt(setup.source, first, [...names, ...guilty]);
  const before = pushes(setup).length;

  const { results } = await setup.transfer(setup.changes({ ours: true }));

  const refused = results.filter(({ outcome }) => outcome !== 'written');
  expect(refused.map(({ ref }) => ref).sort()).toEqual(guilty);
  expect(refused.map((result) => ('reason' in result ? result.reason : ''))).toEqual([
    expect.stringContaining('protected branches'),
    expect.stringContaining('protected branches'),
    expect.stringContaining('You are not allowed to create this tag as it is protected.'),
  ]);
  expect(results.length).toBe(300);
  expect(refsIn(setup.target).length).toBe(298);
  expect(pushes(setup).length - before).toBeLessThan(45);
});

test('an object that fsck refuses keeps back its ref alone, and is named with the check', async () => {
  const setup = await mirrorSetup();
  commitOn(setup.source, 'main', 'first');
  const tree = git(setup.source, 'rev-parse', 'main^{tree}');
  const file = join(setup.folder, 'commit');
  await writeFile(
    file,
    `tree ${tree}\nauthor A <a@example.com> 1x +0000\ncommitter A <a@example.com> 1 +0000\n\nbad\n`,
  );
  const bad = git(setup.source, 'hash-object', '-t', 'commit', '-w', '--literally', file);
  git(setup.source, 'update-ref', 'refs/heads/bad', bad);
  commitOn(setup.source, 'other', 'other');

  const { results } = await setup.transfer(setup.changes());

  const refused = results.filter(({ outcome }) => outcome === 'refused');
  expect(refused).toMatchObject([{ ref: 'refs/heads/bad' }]);
  expect(refused[0] && 'reason' in refused[0] ? refused[0].reason : '').toMatch(
    new RegExp(`${bad}.*badDate`),
  );
  expect(results.filter(({ outcome }) => outcome === 'written').length).toBe(2);
});

test('a ref that moved on the target since it was read is left alone', async () => {
  const setup = await moved();
  commitOn(setup.source, 'topic', 'rewritten', { orphan: true });
  commitOn(setup.source, 'fresh', 'fresh');
  const planned = setup.changes({ ours: true });
  const foreign = commitOn(setup.target, 'topic', 'work on GitLab');
  const other = commitOn(setup.target, 'fresh', 'made on GitLab');

  const { results } = await setup.transfer(planned);

  expect(results).toMatchObject([
    { ref: 'refs/heads/fresh', outcome: 'moved' },
    { ref: 'refs/heads/topic', outcome: 'moved' },
  ]);
  expect(git(setup.target, 'rev-parse', 'topic', 'fresh')).toBe(`${foreign}\n${other}`);
});

test('what is not ours is only taken forward, never back', async () => {
  const setup = await moved();
  commitOn(setup.target, 'topic', 'work on GitLab');
  commitOn(setup.source, 'topic', 'work on GitBucket');
  commitOn(setup.source, 'main', 'second');

  const { results } = await setup.transfer(setup.changes());

  expect(results).toMatchObject([
    { ref: 'refs/heads/main', outcome: 'written' },
    { ref: 'refs/heads/topic', outcome: 'moved' },
  ]);
});

test('an object that the source never had stops the transfer before anything is written', async () => {
  const setup = await moved();
  commitOn(setup.source, 'main', 'second');
  const foreign = commitOn(setup.target, 'other', 'not from here');
  let asked = 0;
  const beforeWrite = (): Promise<void> => {
    asked += 1;
    return Promise.resolve();
  };

  const attempt = setup.transfer(setup.changes(), { unverifiedIds: [foreign], beforeWrite });

  await expect(attempt).rejects.toMatchObject({ code: 'path-taken' });
  expect(asked).toBe(0);
});

type Damage = [string, (mirror: string) => Promise<void>];

async function packsOf(mirror: string): Promise<string[]> {
  const folder = join(mirror, 'objects', 'pack');
  return (await readdir(folder)).filter((name) => name.endsWith('.pack')).map((name) => join(folder, name));
}

const damages: Damage[] = [
  ['is gone', (mirror) => rm(mirror, { recursive: true })],
  ['has lost its HEAD', (mirror) => rm(join(mirror, 'HEAD'))],
  ['has lost its config', (mirror) => rm(join(mirror, 'config'))],
  ['has lost all objects', (mirror) => rm(join(mirror, 'objects'), { recursive: true })],
  [
    'has a pack that is cut short',
    async (mirror) => {
      for (const pack of await packsOf(mirror)) {
        await chmod(pack, 0o600);
        await truncate(pack, 40);
      }
    },
  ],
  ['has an unfinished pack', (mirror) => writeFile(join(mirror, 'objects', 'pack', 'tmp_pack_Ab12'), 'x')],
  [
    'has locks of a git that was killed',
    async (mirror) => {
      await writeFile(join(mirror, 'packed-refs.lock'), '');
      await mkdir(join(mirror, 'refs', 'heads'), { recursive: true });
      await writeFile(join(mirror, 'refs', 'heads', 'main.lock'), '');
    },
  ],
  ['stands beside a clone that was killed', (mirror) => mkdir(`${mirror}.new`)],
];

test('a mirror with a damaged object is made anew by the next try', async () => {
  const setup = await moved();
  for (const pack of await packsOf(await setup.mirror())) {
    await chmod(pack, 0o600);
    const content = await readFile(pack);
    // Inside the last object, before the checksum of 20 bytes.
    content.fill(0xff, content.length - 26, content.length - 21);
    await writeFile(pack, content);
  }
  for (const branch of ['main', 'topic']) git(setup.target, 'update-ref', '-d', `refs/heads/${branch}`);

  await expect(setup.transfer(setup.changes())).rejects.toMatchObject({ code: 'push-failed' });
  const { results } = await setup.transfer(setup.changes());

  expect(results.map(({ outcome }) => outcome)).toEqual(['written', 'written']);
});

test.each(damages)('a mirror that %s does not keep the next run from its work', async (_case, damage) => {
  const setup = await moved();
  const mirror = await setup.mirror();
  await damage(mirror);
  commitOn(setup.source, 'main', 'second');
  // Everything must be sent again, so that every object of the mirror is needed.
  git(setup.target, 'update-ref', '-d', 'refs/heads/topic');

  const { results } = await setup.transfer(setup.changes({ ours: true }));

  expect(results.map(({ outcome }) => outcome)).toEqual(['written', 'written']);
  expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
  expect(existsSync(join(mirror, 'objects', 'pack', 'tmp_pack_Ab12'))).toBe(false);
});

test.skipIf(process.getuid?.() !== 0)(
  'a mirror of another user is used as it is, below a link too',
  async () => {
    const setup = await moved();
    execFileSync('chown', ['-R', '65534:65534', join(setup.folder, 'mirrors')]);
    await rename(join(setup.folder, 'mirrors'), join(setup.folder, 'real'));
    await symlink('real', join(setup.folder, 'mirrors'));
    commitOn(setup.source, 'main', 'second');

    const { bytes } = await setup.transfer(setup.changes({ ours: true }));

    expect(bytes).toBeLessThan(1000);
    expect(refsIn(setup.target)).toEqual(refsIn(setup.source));
  },
);

test.each([
  ["detected dubious ownership in repository at '/x'"],
  ["unsafe repository ('/x' is owned by someone else)"],
  ['insufficient permission for adding an object to repository database objects'],
  ["could not create work tree dir '/x': Permission denied"],
])('git that says %s has met a mirror of another user', (words) => {
  const exit = new GitExit(128, '', `fatal: ${words}\nTo add an exception for this directory, call: …\n`);
  const failure = gitFailure(exit, 'source', 'team/one', new AbortController().signal);
  expect(failure.code).toBe('mirror-foreign');
  expect(failure.notice.fix).toContain('chown -R');
  expect(failure.notice.message).toContain(words);
  const remote = new GitExit(1, '', `remote: ${words}\nerror: failed to push some refs\n`);
  expect(gitFailure(remote, 'target', 'team/one', new AbortController().signal).code).toBe('push-failed');
});
