import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOn } from '../helpers/commits.ts';
import { testServers, writesOf, type TestServers } from '../helpers/servers.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';

/** People of all kinds: by mail, by name only, without an account, and two in one repository. */
async function peopled(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  for (const login of ['jane', 'joe', 'kim']) {
    gitbucket.addUser({ login, email: `${login}@corp.example` });
    gitbucket.addRepository({ owner: login, name: 'notes', private: true });
    commitOn(gitbucket.gitDir(login, 'notes'), 'main', login);
  }
  gitlab.addUser({ username: 'jdoe', email: 'Jane@corp.example' });
  gitlab.addUser({ username: 'kim', email: 'other@corp.example' });
  return servers;
}

test('plan writes the file, and what is written into it decides the next plan and the run', async () => {
  const servers = await peopled();
  const work = await workplace(servers);
  const file = join(work, '.gb2gl', 'people.csv');
  const read = (): Promise<string> => readFile(file, 'utf8');

  const first = await gb2gl(servers, ['plan', '--all']);
  expect(first.code, first.stderr).toBe(4);
  expect(first.stdout).toContain('.gb2gl/people.csv');
  const rows = (await read()).split('\r\n');
  expect(rows.find((row) => row.startsWith('jane,'))).toContain(',jdoe,mail,"the account jdoe is used');
  expect(rows.find((row) => row.startsWith('joe,'))).toContain('nothing: no account');
  expect(rows.find((row) => row.startsWith('kim,'))).toContain('it has another address');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { mtimeMs } = await stat(file);
  expect((await gb2gl(servers, ['plan', '--all'])).code).toBe(4);
  expect((await stat(file)).mtimeMs).toBe(mtimeMs);

  // As a spreadsheet saves it.
  const edited = (await read())
    .replace('\u{FEFF}', '')
    .replace(/^(kim(?:,[^,]*){4}),/m, '$1,Kim')
    .replace(/^(joe(?:,[^,]*){4}),/m, '$1,-');
  await writeFile(file, edited);
  const run = await gb2gl(servers, ['migrate', '--all', '--yes']);
  expect(run.code, `${run.stderr}${run.stdout}`).toBe(0);
  const paths = servers.gitlab.context.state.projects.map(({ fullPath }) => fullPath).sort();
  expect(paths).toEqual(['jdoe/notes', 'joe/notes', 'kim/notes']);
  const after = await read();
  expect(after).toMatch(/^kim,.*,Kim,,,kim,file,/m);
  expect(after).toMatch(/^joe,.*,-,,,,file,nothing: no account/m);
  // Of a part of the people the others keep their rows.
  expect((await gb2gl(servers, ['plan', '--user', 'jane'])).code).toBe(0);
  expect(await read()).toBe(after);
});

test('a file that cannot be used keeps everything from beginning, and a name without an account only its person', async () => {
  const servers = await peopled();
  const work = await workplace(servers);
  const { gitbucket, gitlab } = servers;
  const config = { source: { url: gitbucket.url }, target: { url: gitlab.url }, people: { file: 'who.csv' } };
  await writeFile(join(work, 'migrate.config.json'), JSON.stringify(config));
  await writeFile(join(work, 'who.csv'), 'login;gitlab_username\njoe;joe@corp.example\n');
  gitlab.server.requests.length = 0;

  const wrong = await gb2gl(servers, ['migrate', '--all', '--yes']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr.replaceAll(/\s+/g, ' ')).toContain(
    'row 2, column gitlab_username: must be a user name of GitLab',
  );
  expect(gitlab.server.requests).toEqual([]);

  await writeFile(join(work, 'who.csv'), 'login;gitlab_username\njoe;nobody-there\nkim;kim\n');
  const blocked = await gb2gl(servers, ['plan', '--all']);
  expect(blocked.code).toBe(4);
  expect(blocked.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'row 2 of the file of people says that @joe is nobody-there',
  );
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  expect((await readFile(join(work, 'who.csv'), 'utf8')).split('\n')[0]).toContain(
    'login;gitlab_username;full_name',
  );
});
