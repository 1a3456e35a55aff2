import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useRulesFixture } from './git-rules-fixture.ts';
import { gitOk } from './git-server.ts';
import { raw } from './git-wire.ts';

const at = useRulesFixture();

describe('LFS pointers', () => {
  const content = 'a big file';
  const oid = createHash('sha256').update(content).digest('hex');
  const missing =
    'LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".';

  beforeAll(async () => {
    await gitOk(at.work, ['checkout', '-q', '-b', 'lfs', 'main']);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.length}\n`;
    await writeFile(join(at.work, 'big.bin'), pointer);
    await gitOk(at.work, ['add', 'big.bin']);
    await gitOk(at.work, ['commit', '-q', '-m', 'big']);
    await gitOk(at.work, ['rm', '-q', 'big.bin']);
    await gitOk(at.work, ['commit', '-q', '-m', 'gone again']);
    await gitOk(at.work, ['checkout', '-q', 'main']);
  });

  it('are refused while their objects are not linked to this project, even deep in history', async () => {
    const other = at.gitlab.addProject(`elsewhere${at.count}`);
    other.lfsObjects[oid] = content.length;
    expect(await at.refusal(['lfs'])).toBe(missing);
    at.project.lfsObjects[oid] = content.length;
    expect((await at.push(['lfs'])).code).toBe(0);
  });

  it('are found among so many objects that git keeps the pack as it is', async () => {
    await gitOk(at.work, ['checkout', '-q', '-B', 'crowd', 'lfs']);
    for (let index = 0; index < 120; index += 1) await writeFile(join(at.work, `${index}.txt`), `${index}`);
    await gitOk(at.work, ['add', '.']);
    await gitOk(at.work, ['commit', '-q', '-m', 'crowd']);
    await gitOk(at.work, ['checkout', '-q', 'main']);
    expect(await at.refusal(['crowd'])).toBe(missing);
    at.project.lfsObjects[oid] = content.length;
    expect((await at.push(['crowd'])).code).toBe(0);
  });

  it('are refused when two of one push lead to one object, and taken in two pushes (GL-256)', async () => {
    await gitOk(at.work, ['checkout', '-q', '-B', 'twice', 'lfs']);
    const other = `version https://git-lfs.github.com/spec/v1\nx 1\noid sha256:${oid}\nsize ${content.length}\n`;
    await writeFile(join(at.work, 'other.bin'), other);
    await gitOk(at.work, ['add', 'other.bin']);
    await gitOk(at.work, ['commit', '-q', '-m', 'other']);
    await gitOk(at.work, ['checkout', '-q', 'main']);
    at.project.lfsObjects[oid] = content.length;
    expect(await at.refusal(['twice'])).toBe(missing);
    expect((await at.push(['lfs'])).code).toBe(0);
    expect((await at.push(['twice'])).code).toBe(0);
  });

  it('are looked at up to the first 2,000 of a push (GL-255)', async () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      createHash('sha256').update(`${index}`).digest('hex'),
    );
    await gitOk(at.work, ['checkout', '-q', '-B', 'many', 'lfs']);
    for (const [index, id] of many.entries())
      await writeFile(
        join(at.work, `${index}.bin`),
        `version https://git-lfs.github.com/spec/v1\noid sha256:${id}\nsize 1\n`,
      );
    await gitOk(at.work, ['add', '.']);
    await gitOk(at.work, ['commit', '-q', '-m', 'many']);
    await gitOk(at.work, ['checkout', '-q', 'main']);
    for (const id of many.slice(1)) at.project.lfsObjects[id] = 1;
    expect(await at.refusal(['many'])).toBe(missing);
    // Nobody looks at the one that an older commit brings.
    at.project.lfsObjects[many[0] ?? ''] = 1;
    expect((await at.push(['many'])).code).toBe(0);
  });

  it('are not looked at when the project or the server has no LFS', async () => {
    at.project.lfsEnabled = false;
    expect((await at.push(['lfs'])).code).toBe(0);
  });

  it('block only the pushes that bring them', async () => {
    expect((await at.push(['main'])).code).toBe(0);
    expect(await at.refusal(['lfs'])).toBe(missing);
    at.project.lfsEnabled = false;
    expect((await at.push(['lfs'])).code).toBe(0);
    at.project.lfsEnabled = true;
    expect((await at.push(['lfs:again'])).code).toBe(0);
  });
});

describe('a file that somebody has locked (GL-259)', () => {
  it('keeps the pushes of others out that change it, and of nobody that do not', async () => {
    const commit = async (branch: string, file: string): Promise<void> => {
      await gitOk(at.work, ['checkout', '-q', '-B', branch, 'main']);
      await writeFile(join(at.work, file), 'content');
      await gitOk(at.work, ['add', file]);
      await gitOk(at.work, ['commit', '-q', '-m', file]);
      await gitOk(at.work, ['checkout', '-q', 'main']);
    };
    await commit('locked', 'a.psd');
    await commit('unlocked', 'b.psd');
    await at.fill();
    const answer = await raw(`${at.gitlab.url}/${at.project.fullPath}.git/info/lfs/locks`, {
      method: 'POST',
      token: at.maintainer,
      headers: { 'content-type': 'application/vnd.git-lfs+json' },
      body: JSON.stringify({ path: 'a.psd' }),
    });
    expect(answer.status).toBe(201);

    expect(await at.refusal(['locked'], at.developer)).toMatch(/^'a\.psd' is locked in Git LFS by @\w+$/);
    expect((await at.push(['unlocked'], at.developer)).code).toBe(0);
    at.project.lfsEnabled = false;
    expect((await at.push(['locked'], at.developer)).code).toBe(0);
    at.project.lfsEnabled = true;
    expect((await at.push(['locked:again'], at.maintainer)).code).toBe(0);
  });
});

describe('rules that an administrator may have set', () => {
  it('blobs over the limit are listed with their sizes', async () => {
    await gitOk(at.work, ['checkout', '-q', '-b', 'heavy', 'main']);
    await writeFile(join(at.work, 'heavy.bin'), Buffer.alloc(2 << 20));
    await gitOk(at.work, ['add', 'heavy.bin']);
    await gitOk(at.work, ['commit', '-q', '-m', 'heavy']);
    const id = await gitOk(at.work, ['rev-parse', 'heavy:heavy.bin']);
    await gitOk(at.work, ['checkout', '-q', 'main']);
    at.gitlab.settings.git.maxBlobSize = 1 << 20;
    const run = await at.push(['heavy']);
    at.gitlab.settings.git.maxBlobSize = null;
    expect(run.stderr).toContain(
      'GitLab: You are attempting to check in one or more blobs which exceed the 1MiB limit:',
    );
    expect(run.stderr).toContain(`- ${id} (2 MiB)`);
  });

  it('a repository over its quota takes nothing more, and says so after the pack (GL-295)', async () => {
    const { git: knobs } = at.gitlab.settings;
    knobs.repositorySizeLimit = 100;
    const over = await at.refusal(['main']);
    knobs.repositorySizeLimit = null;
    expect(over).toContain('as it would exceed the allocated storage for your project.');
    await at.fill();
    knobs.repositorySizeLimit = 100;
    const full = await at.refusal(['main:another']);
    expect(full).toContain('because this repository has exceeded the allocated storage for your project.');
    expect((await at.push([':side'])).code).toBe(0);
    knobs.repositorySizeLimit = null;
  });

  it('a group over its quota is read-only with all its projects, and takes nothing that passes it', async () => {
    const { git: knobs } = at.gitlab.settings;
    knobs.namespaceStorageLimit = 0;
    const full = await at.refusal(['main']);
    expect(full).toMatch(/^##### ERROR ##### You have used \d+% of the storage quota for team \(/);
    expect(full).toContain('team is now read-only. Projects under this namespace are locked');
    knobs.namespaceStorageLimit = 2 ** 40;
    expect((await at.push(['main'])).code).toBe(0);
    knobs.namespaceStorageLimit = null;
  });

  it('push rules look at messages, addresses, branch names and deleted tags', async () => {
    await at.fill();
    const { git: knobs } = at.gitlab.settings;
    await gitOk(at.work, ['checkout', '-q', '-B', 'ruled', 'main']);
    await gitOk(at.work, ['commit', '-q', '--allow-empty', '-m', `no ticket ${at.count}`]);
    knobs.pushRules = { commitMessage: /^[A-Z]+-\d+/ };
    expect(await at.refusal(['ruled'])).toBe("Commit message does not follow the pattern '^[A-Z]+-\\d+'");
    knobs.pushRules = { authorEmail: /@corp\.example$/ };
    expect(await at.refusal(['ruled'])).toBe(
      "Author's email 'ada@example.com' does not follow the pattern '@corp\\.example$'",
    );
    knobs.pushRules = { branchName: /^(feature|fix)-/ };
    expect(await at.refusal(['ruled'])).toBe(
      "Branch name 'ruled' does not follow the pattern '^(feature|fix)-'",
    );
    expect((await at.push(['ruled:fix-1', 'main:refs/tags/t1'])).code).toBe(0);
    knobs.pushRules = { denyDeleteTag: true };
    expect(await at.refusal([':refs/tags/t1'])).toBe('You cannot delete a tag');
    knobs.pushRules = null;
    await gitOk(at.work, ['checkout', '-q', 'main']);
  });

  it('packs above the size limit are refused by git itself', async () => {
    at.gitlab.settings.git.receiveMaxInputSize = 1024;
    await gitOk(at.work, ['checkout', '-q', '-B', 'noise', 'main']);
    const noise = Array.from({ length: 500 }, (_, index) =>
      createHash('sha1').update(`${index}`).digest('hex'),
    );
    await writeFile(join(at.work, 'noise.txt'), noise.join('\n'));
    await gitOk(at.work, ['add', 'noise.txt']);
    await gitOk(at.work, ['commit', '-q', '-m', 'noise']);
    await gitOk(at.work, ['checkout', '-q', 'main']);
    const run = await at.push(['noise']);
    at.gitlab.settings.git.receiveMaxInputSize = null;
    expect(run.stderr).toContain('remote: fatal: pack exceeds maximum allowed size');
    expect(run.stderr).toContain('(unpacker error)');
  });
});
