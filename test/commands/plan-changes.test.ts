import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seedSituations } from '../../sandbox/seed/situations.ts';
import type { Plan } from '../../src/model/plan.ts';
import { accountsForAll } from '../helpers/accounts.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { planOf } from '../helpers/foresight.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { gb2gl, workplace } from '../helpers/small-server.ts';

/**
 * Where two documents differ, as paths such as `projects[team/one].steps[code].part.refs[refs/heads/main].new`. Lists of things that have a
 * name are compared by name, and their order as well.
 */
function differences(before: unknown, after: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && [...before, ...after].every((each) => nameOf(each))) {
    const [old, now] = [byName(before), byName(after)];
    const moved = common(old, now).join() === common(now, old).join() ? [] : [`${path} (order)`];
    const names = [...new Set([...old.keys(), ...now.keys()])];
    return [
      ...moved,
      ...names.flatMap((name) => {
        if (!now.has(name)) return [`${path}[${name}] gone`];
        if (!old.has(name)) return [`${path}[${name}] new`];
        return differences(old.get(name), now.get(name), `${path}[${name}]`);
      }),
    ];
  }
  if (!isRecord(before) || !isRecord(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

function common(names: Map<string, unknown>, others: Map<string, unknown>): string[] {
  return [...names.keys()].filter((name) => others.has(name));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (!isRecord(value)) return '';
  const name = value['id'] ?? value['ref'] ?? value['object'] ?? value['step'];
  return typeof name === 'string' ? name : '';
}

function byName(list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((each) => [nameOf(each), each]));
}

/** The changes of one day on the source; gives what a plan may say otherwise because of them. */
async function oneDay({ gitbucket }: TestServers): Promise<string[]> {
  commitOn(gitbucket.gitDir('platform', 'website'), 'main', 'a commit');
  git(gitbucket.gitDir('mobile', 'android'), 'update-ref', 'refs/heads/fresh', 'refs/heads/main');
  gitbucket.addRepository({ owner: 'alice', name: 'A--b', defaultBranch: 'main' });
  gitbucket.removeRepository('Data.Science', 'big-file');
  gitbucket.rename('mobile', 'unicode', 'letters');
  gitbucket.addGroup({ login: 'Newcomers', members: [{ login: 'root', manager: true }] });
  gitbucket.addGroup({ login: 'PLATFORM', members: [{ login: 'root', manager: true }] });
  return [
    'groups[Newcomers] new',
    'groups[PLATFORM] new',
    'projects[Data.Science/big-file] gone',
    'projects[alice/A--b] new',
    // With a second branch there is one whose rule is to be asked for only once.
    'projects[mobile/android].steps[branch-protection] new',
    'projects[mobile/android].steps[code].counts.create',
    'projects[mobile/android].steps[code].part.refs[refs/heads/fresh] new',
    'projects[mobile/letters] new',
    'projects[mobile/unicode] gone',
    'projects[platform/website].steps[code].part.refs[refs/heads/main].new',
  ];
}

/** Differences but for the totals, which follow from the others. */
function changesBetween(before: Plan, after: Plan): string[] {
  return differences(before, after)
    .filter((path) => !path.startsWith('totals.'))
    .sort();
}

function placesIn(plan: Plan): Map<string, string> {
  return new Map([...plan.groups, ...plan.projects].map(({ id, fullPath }) => [id, fullPath]));
}

test('the plans of two days differ only in what changed in between, whatever names come to collide', async () => {
  const servers = await testServers();
  seedSituations(servers.gitbucket);
  accountsForAll(servers);
  const monday = await planOf(servers);
  expect(differences(monday, await planOf(servers))).toEqual([]);

  const expected = await oneDay(servers);
  const tuesday = await planOf(servers);

  expect(changesBetween(monday, tuesday)).toEqual(expected);
  const [before, after] = [placesIn(monday), placesIn(tuesday)];
  expect(after.get('alice/a--b')).toBe(before.get('alice/a--b'));
  expect(after.get('platform')).toBe(before.get('platform'));
  expect(new Set([...after.values()].map((path) => path.toLowerCase())).size).toBe(after.size);
});

test('so they do when the first one was carried out in between, besides what is now there', async () => {
  const servers = await testServers();
  const cwd = await workplace(servers);
  seedSituations(servers.gitbucket);
  accountsForAll(servers);
  const monday = await planOf(servers);
  await gb2gl(servers, ['migrate', '--all', '--yes', '--quiet']);
  await servers.gitlab.settle();
  const done = await planOf(servers);
  const places = placesIn(monday);
  expect([...placesIn(done)]).toEqual([...places]);
  // What is there needs no reason any more, waits for nothing, and is not switched on again.
  const carriedOut = changesBetween(monday, done).filter(
    (path) =>
      !/\.(existing|reasons)$|\.existing\.|\.steps\[((group-)?quiet|branch-protection)\] gone$|\.steps\[(group-)?members\]\.part\.(fresh|roles|shares)$|\.steps\[branch-protection\]\.notices\[.*\] gone$|\.steps\[[\w-]+\]\.(changes|counts\.\w+|part\.refs( \(order\)|\[.*\]\.(old|outcome|afterOthers|reason|fix)))$/.test(
        path,
      ),
  );
  // It is too late to say whose the new groups may be.
  expect(carriedOut).toEqual(['warnings']);
  expect(monday.warnings.filter((text) => !done.warnings.includes(text))).toEqual([
    expect.stringContaining('a GitLab account of the same name that may be theirs: root'),
  ]);

  // Without its journal a plan finds everything where it is.
  const [journal, aside] = [join(cwd, '.gb2gl', 'journal.jsonl'), join(cwd, 'elsewhere.jsonl')];
  await rename(journal, aside);
  const forgetful = await planOf(servers);
  expect([...placesIn(forgetful)]).toEqual([...places]);
  // Only the journal tells who got which role by us, and what was made by us.
  const ofJournal =
    /\.reasons$|\.steps\[(group-)?members\]\.part\.held$|\.steps\[branch-protection\](\.part\.made| new|\.notices\[.*\] new)$/;
  expect(differences(done, forgetful).filter((path) => !ofJournal.test(path))).toEqual([]);
  await rename(aside, journal);

  const expected = await oneDay(servers);
  const tuesday = await planOf(servers);

  // Nothing was to be done in either of them.
  const now = ['projects[mobile/android].steps[code].changes'];
  const website = 'projects[platform/website].steps[code]';
  for (const key of ['changes', 'counts.unchanged', 'counts.update']) now.push(`${website}.${key}`);
  for (const key of ['force', 'outcome']) now.push(`${website}.part.refs[refs/heads/main].${key}`);
  expect(changesBetween(done, tuesday)).toEqual([...expected, ...now, 'warnings'].sort());
  expect(tuesday.warnings.slice(done.warnings.length).map((text) => text.split(' ')[0])).toEqual([
    'Data.Science/big-file',
    'mobile/unicode',
  ]);
});
