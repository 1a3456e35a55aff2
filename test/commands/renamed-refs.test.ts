import { appendFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { mergedFixes } from '../../src/report/merged-fixes.ts';
import type { Check } from '../../src/model/result.ts';
import { parsePlan, parseResult } from '../../src/report/schema.ts';
import { steps } from '../../src/steps/index.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { blobOf } from '../helpers/odd-objects.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import { refsIn, testServers } from '../helpers/servers.ts';

test.each(['relay', 'mirror'])(
  'the fixes of a plan, pasted into the config, bring every refused ref over (%s)',
  async (transport) => {
    const { folder, gitbucket, gitlab, env } = await testServers({
      gitlab: { settings: { defaultBranchName: 'main' } },
    });
    gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner: 'team', name: 'app' });
    const source = gitbucket.gitDir('team', 'app');
    const main = commitOn(source, 'main', 'first');
    const names = ['refs/heads/HEAD', 'refs/heads/-x', `refs/heads/${main}`, 'refs/tags/main'];
    // No git can lock such a file, so it stands in the list of packed refs.
    git(source, 'pack-refs', '--all');
    const long = ['x'.repeat(251), `${'x'.repeat(300)}/y`].map((name) => `${main} refs/heads/long-${name}\n`);
    appendFileSync(join(source, 'packed-refs'), long.join(''));
    for (const ref of names) git(source, 'update-ref', ref, commitOn(source, 'topic', ref));
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const file = join(cwd, '.gb2gl', 'reports', 'latest', 'plan.json');
    const plan = async (): Promise<Plan> => parsePlan(await readFile(file, 'utf8'), file, steps);

    expect((await runProgram(['plan', '--all'], { cwd, env })).code).toBe(4);
    const config = {
      source: { url: env['GITBUCKET_URL'] },
      target: { url: env['GITLAB_URL'] },
      ...mergedFixes(await plan()),
    };
    await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify(config));
    const fixed = await runProgram(['plan', '--all'], { cwd, env });
    expect(fixed.code).toBe(0);
    const told = '6 refs have other names on GitLab: ';
    const shown = fixed.stdout.replaceAll(/\s+/g, ' ');
    expect(shown).toContain(told);
    expect(shown).toContain('refs/heads/HEAD → refs/heads/branch-HEAD');
    const followed = ['migrate', '--yes', '--plan', file, '--transport', transport];
    const run = await runProgram(followed, { cwd, env });

    expect(run.code, run.stdout).toBe(0);
    const renamed = refsIn(source).map((line) =>
      line
        .replace(' refs/tags/main', ' refs/tags/tag-main')
        .replace(/ refs\/heads\/long-(x{175})x+/, (_, start: string) => ` refs/heads/branch-long-${start}-`)
        .replace(
          / refs\/heads\/(HEAD|-x|[0-9a-f]{40})$/,
          (_, name: string) => ` refs/heads/branch-${name.replace('-', '')}`,
        ),
    );
    const arrived = refsIn(gitlab.gitDir('team/app')).map((line) => line.replace(/(x-)[0-9a-f]{8}/, '$1'));
    expect(arrived.sort()).toEqual(renamed.sort());
    const verified = await runProgram(['verify', '--all'], { cwd, env });
    expect(verified.code, verified.stdout).toBe(0);
    for (const name of ['report', 'verify']) await toldIn(join(cwd, '.gb2gl', 'reports'), name, told);
    const again = await runProgram(['migrate', '--all', '--yes', '--json'], { cwd, env });
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      totals: {
        steps: [
          { step: 'group-members', counts: { 'without an account': 1 } },
          { step: 'code', counts: { create: 0, update: 0, kept: 0 } },
          { step: 'wiki' },
        ],
      },
    });
  },
);

test.each(['relay', 'mirror'])(
  'branches that point to a tag, a tree or a file are foreseen and stay behind alone; the fixes make tags of them (%s)',
  async (transport) => {
    const { folder, gitbucket, gitlab, env } = await testServers();
    gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner: 'team', name: 'app' });
    const source = gitbucket.gitDir('team', 'app');
    commitOn(source, 'main', 'first');
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const migrate = ['migrate', '--all', '--yes', '--json', '--transport', transport];
    // There is a mirror already, into which git does not fetch such branches.
    expect((await runProgram(migrate, { cwd, env })).code).toBe(0);
    commitOn(source, 'main', 'second');
    git(source, 'tag', '-a', '-m', 'annotated', 'v1', 'main');
    const branches = {
      annotated: git(source, 'rev-parse', 'refs/tags/v1'),
      tree: git(source, 'rev-parse', 'main^{tree}'),
      file: blobOf(source, 'a file'),
    };
    for (const [name, id] of Object.entries(branches))
      appendFileSync(join(source, 'refs/heads', name), `${id}\n`);
    const file = join(cwd, '.gb2gl', 'reports', 'latest', 'plan.json');
    const plan = async (): Promise<Plan> => parsePlan(await readFile(file, 'utf8'), file, steps);

    expect((await runProgram(['plan', '--all'], { cwd, env })).code).toBe(4);
    const [project] = (await plan()).projects;
    expect(project?.steps.flatMap(({ notices }) => notices)).toMatchObject([
      { code: 'ref-refused', object: 'refs/heads/annotated' },
    ]);
    expect((await runProgram(['plan', '--all', '--deep'], { cwd, env })).code).toBe(4);
    const deep = await plan();
    expect(deep.problems).toEqual([]);
    expect(deep.projects[0]?.findings.map(({ code, object }) => [code, object])).toEqual([
      ['branch-no-commit', 'refs/heads/file'],
      ['branch-no-commit', 'refs/heads/tree'],
    ]);

    for (const command of [migrate, ['verify', '--all', '--json'], migrate]) {
      const run = await runProgram(command, { cwd, env });
      expect(run.code, run.stdout).toBe(4);
      const { differences } = codeOf(run);
      expect(differences.map(({ code, object }) => [code, object])).toEqual([
        ['ref-refused', 'refs/heads/annotated'],
        ['ref-refused', 'refs/heads/file'],
        ['ref-refused', 'refs/heads/tree'],
      ]);
      for (const { message, fix } of differences) {
        expect(message).toContain('invalid new value provided');
        expect(fix).toMatch(/^"map": .*"refs\/tags\/tag-/);
      }
    }
    const names = refsIn(gitlab.gitDir('team/app')).map((line) => line.slice(41));
    expect(names.toSorted()).toEqual(['refs/heads/main', 'refs/tags/v1']);

    await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify(mergedFixes(deep)));
    const run = await runProgram(migrate, { cwd, env });
    expect(run.code, run.stdout).toBe(0);
    const moved = refsIn(source).map((line) =>
      line.replace(/ refs\/heads\/(annotated|tree|file)$/, ' refs/tags/tag-$1'),
    );
    expect(refsIn(gitlab.gitDir('team/app'))).toEqual(moved.toSorted());
  },
);

/** Every report names the refs that have other names, as good to know. */
async function toldIn(reports: string, name: string, lead: string): Promise<void> {
  const kind = name === 'verify' ? 'verify' : 'migrate';
  const folder = (await readdir(reports)).find((each) => each.includes(`-${kind}`)) ?? '';
  const read = (file: string): Promise<string> => readFile(join(reports, folder, file), 'utf8');
  const result = parseResult(JSON.parse(await read(kind === 'verify' ? 'verify.json' : 'result.json')));
  expect(result.warnings.join()).not.toContain(lead);
  const notices = result.items.flatMap(({ steps: all }) => all.flatMap((step) => step.notices));
  const notice = notices.find(({ code }) => code === 'refs-renamed');
  expect(notice?.message).toContain(lead);
  expect(notice?.message).toContain('refs/heads/HEAD → refs/heads/branch-HEAD');
  const [, notes = ''] = (await read(`${name}.md`)).split('## Good to know');
  expect(notes.split('## ')[0]).toContain(lead);
  expect(notes).toContain("GitLab's names where renamed");
  expect(await read(`${name}.html`)).toContain('refs/heads/HEAD → refs/heads/branch-HEAD');
}

function codeOf({ stdout }: CliResult): Check {
  const item = parseResult(JSON.parse(stdout)).items.find(({ kind }) => kind === 'project');
  return item?.steps.find(({ step }) => step === 'code')?.check as Check;
}
