import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseResult } from '../../src/report/schema.ts';
import { git } from '../helpers/commits.ts';
import { gb2gl, smallServers, workplace } from '../helpers/small-server.ts';

test('the end and all reports name what was selected, what of it is complete, and what stays on GitBucket', async () => {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  git(gitDir, 'update-ref', 'refs/pull/1/head', 'refs/heads/topic');
  git(gitDir, 'update-ref', 'refs/heads/-x', 'refs/heads/topic');

  const run = await gb2gl(servers, ['migrate', '--yes', '--group', 'team-a', '--tracker', 'off']);

  expect(run.code).toBe(4);
  const said = run.stdout.replaceAll(/\s+/g, ' ');
  const told = [
    '1 of 2 repositories complete, 4 of 5 refs',
    'Selected: --group team-a. Whatever else is on GitBucket was left out.',
    'Stays on GitBucket: 1 pull request.',
    'gb2gl plan --deep counts them',
  ];
  for (const text of told) expect(said).toContain(text);

  const reports = join(await workplace(servers), '.gb2gl/reports/latest');
  const result = parseResult(JSON.parse(await readFile(join(reports, 'result.json'), 'utf8')));
  expect(result).toMatchObject({
    selected: ['--group team-a'],
    totals: { complete: { projects: 1, refs: { done: 4, of: 5 } } },
    stays: [{ kind: 'pull-requests', count: 1 }],
  });
  expect(result.uncounted).toContain('issues');
  const markdown = await readFile(join(reports, 'report.md'), 'utf8');
  expect(markdown).toContain('## Not moved');
  expect(await readFile(join(reports, 'report.html'), 'utf8')).toContain('Whatever else is on GitBucket');
});
