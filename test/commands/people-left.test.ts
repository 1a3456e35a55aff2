import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { peopled, rolesIn } from '../helpers/peopled.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';

test('the report says who got what by which evidence and who is left, and the row that is filled in for them gives the role', async () => {
  const servers = await peopled();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'ally', email: 'alice@example.com' });
  gitlab.addUser({ username: 'rob', email: 'another@example.com' });
  const work = await workplace(servers);
  const read = (...path: string[]): Promise<string> => readFile(join(work, '.gb2gl', ...path), 'utf8');
  const migrate = ['migrate', '--all', '--yes'];

  const first = await gb2gl(servers, migrate);
  expect(first.code, first.stderr).toBe(0);
  const said = first.stdout.replaceAll(/\s+/g, ' ');
  expect(said).toMatch(
    /people have no account that is known to be theirs, and so no roles: [^.]*bob[^.]*\. Write their GitLab user names into the column gitlab_username of people\.csv/,
  );
  expect(await read('reports', 'latest', 'report.md')).toMatch(
    /\| `alice` \|.*\| `ally` \| same mail address \| .*Owner in team/,
  );
  const file = await read('people.csv');
  const row = /^bob,([^,]*,){4},/m;
  expect(file).toMatch(row);

  await writeFile(
    join(work, '.gb2gl', 'people.csv'),
    file.replace(row, (line) => `${line.slice(0, -1)}rob,`),
  );
  const second = await gb2gl(servers, migrate);
  expect(second.code, second.stderr).toBe(0);
  expect(rolesIn(gitlab, 'team')).toContain('rob 30');
  expect(second.stdout.replaceAll(/\s+/g, ' ')).not.toMatch(/so no roles: [^.]*bob/);
  expect(await read('reports', 'latest', 'report.md')).toMatch(
    /\| `bob` \|.*\| `rob` \| named in people\.csv \| .*Developer in team/,
  );
});
