import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn } from '../helpers/commits.ts';
import { startInTerminal } from '../helpers/in-terminal.ts';
import { expectMoved, itemOf, smallServers, workplace } from '../helpers/small-server.ts';

test('a push to GitBucket while the question stands arrives too, and the reports date the proof', async () => {
  const servers = await smallServers();
  const { gitbucket, env } = servers;
  const cwd = await workplace(servers);
  let pushed = 0;
  const running = startInTerminal(['migrate', '--all'], { cwd, env });
  await running.shown('[y/N]');
  commitOn(gitbucket.gitDir('team-a', 'one'), 'main', 'while the question stood');
  pushed = Date.now();
  running.press('y\r');
  const { code, screen } = await running.finished;

  expect({ code, screen }).toMatchObject({ code: 0 });
  expect(stripVTControlCharacters(screen)).toMatch(
    /Compared with GitBucket as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/,
  );
  const reports = join(cwd, '.gb2gl', 'reports', 'latest');
  const result = parseResult(JSON.parse(await readFile(join(reports, 'result.json'), 'utf8')));
  expectMoved(servers, result);
  const check = itemOf(result, 'team-a/one').steps.find(({ step }) => step === 'code')?.check;
  expect(Date.parse(check?.asOf ?? '')).toBeGreaterThan(pushed);
  expect(await readFile(join(reports, 'report.md'), 'utf8')).toMatch(
    /^\| Proof as of \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/m,
  );
});
