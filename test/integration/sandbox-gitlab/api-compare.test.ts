import { expect, it } from 'vitest';
import { tempDir } from '../../helpers/temp-dir.ts';
import { as, startGitLab } from './api-fixture.ts';
import { gitOk } from './git-server.ts';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

it('shows what a branch changed since it left the other one, file by file', async () => {
  const gitlab = await startGitLab();
  gitlab.addGroup({ path: 'team' });
  gitlab.addProject({ namespace: 'team', path: 'p' });
  const token = gitlab.token('root');
  const work = await tempDir();
  await gitOk(work, ['init', '-q', '-b', 'main', '.']);
  await mkdir(join(work, 'src'));
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
  await writeFile(join(work, 'src/a ü.txt'), `${lines.join('\n')}\n`);
  await writeFile(join(work, 'moved.txt'), `${lines.join('\n')}\n`);
  await writeFile(join(work, 'gone.txt'), 'bye\n');
  await writeFile(join(work, 'kind.txt'), 'text\n');
  await writeFile(join(work, 'run.sh'), 'true\n');
  await writeFile(join(work, 'b.bin'), Buffer.from([0, 1, 2]));
  await gitOk(work, ['add', '-A']);
  await gitOk(work, ['commit', '-q', '-m', 'base']);
  await gitOk(work, ['checkout', '-q', '-b', 'topic']);
  await writeFile(join(work, 'src/a ü.txt'), lines.with(5, 'diff --git a/x b/x').join('\n'));
  await gitOk(work, ['mv', 'moved.txt', 'src/moved.txt']);
  await rm(join(work, 'gone.txt'));
  await rm(join(work, 'kind.txt'));
  await symlink('run.sh', join(work, 'kind.txt'));
  await chmod(join(work, 'run.sh'), 0o755);
  await writeFile(join(work, 'b.bin'), Buffer.from([0, 1, 3]));
  await writeFile(join(work, 'new.txt'), 'one\n');
  await gitOk(work, ['add', '-A']);
  await gitOk(work, ['commit', '-q', '-m', 'topic']);
  await gitOk(work, ['checkout', '-q', 'main']);
  await gitOk(work, ['commit', '-q', '--allow-empty', '-m', 'meanwhile']);
  await writeFile(join(work, 'other.txt'), 'meanwhile\n');
  await gitOk(work, ['add', '-A']);
  await gitOk(work, ['commit', '-q', '-m', 'meanwhile too']);
  await gitOk(work, [
    'push',
    '-q',
    `${gitlab.url.replace('//', `//o:${token}@`)}/team/p.git`,
    'main',
    'topic',
  ]);

  const { body } = await as(gitlab, token).get('/projects/team%2Fp/repository/compare?from=main&to=topic');

  const kinds = body.diffs.map((each: Record<string, unknown>) => {
    const flags = ['new_file', 'deleted_file', 'renamed_file'].filter((key) => each[key] === true);
    return [each['old_path'], each['new_path'], flags.join(), each['a_mode'], each['b_mode']].join(' ');
  });
  expect(kinds.toSorted()).toEqual([
    'b.bin b.bin  100644 100644',
    'gone.txt gone.txt deleted_file 100644 0',
    'kind.txt kind.txt deleted_file 100644 0',
    'kind.txt kind.txt new_file 0 120000',
    'moved.txt src/moved.txt renamed_file 100644 100644',
    'new.txt new.txt new_file 0 100644',
    'run.sh run.sh  100644 100755',
    'src/a ü.txt src/a ü.txt  100644 100644',
  ]);
  const texts = new Map(body.diffs.map((each: Record<string, string>) => [each['new_path'], each['diff']]));
  expect(texts.get('new.txt')).toBe('@@ -0,0 +1 @@\n+one\n');
  expect(texts.get('src/moved.txt')).toBe('');
  expect(texts.get('b.bin')).toBe('Binary files a/b.bin and b/b.bin differ\n');
  expect(texts.get('src/a ü.txt')).toMatch(
    /^@@ -3,10 \+3,10 @@.*\n[^]*\n\+diff --git a\/x b\/x\n[^]*\\ No newline/,
  );
  expect(body.commits).toHaveLength(1);

  const straight = await as(gitlab, token).get(
    '/projects/team%2Fp/repository/compare?from=main&to=topic&straight=true',
  );
  expect(straight.body.diffs).toHaveLength(9);
});
