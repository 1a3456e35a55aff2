import { expect, test } from 'vitest';
import { addComment, addIssue, addLabel, addMilestone, sourceTrackerOf } from '../../sandbox/gitbucket.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { commitOn } from '../helpers/commits.ts';
import { killed, migrated, type Migration } from '../helpers/migrated.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { app, at, endOf, stepIn, trackerAt } from './tracker-setup.ts';

const byRest: Migration = { config: { migrate: { tracker: 'rest' } } };
/** What the step itself writes. */
const of = /\/(?:issues|notes|labels|milestones)(?:\/|$)/;

/** Two issues with three comments, two of them alike, a label, and a milestone that ends closed. */
async function world(): Promise<TestServers> {
  const servers = await testServers();
  const { gitbucket } = servers;
  const { context } = gitbucket;
  gitbucket.addUser({ login: 'ann', email: 'ann@example.com' });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('team', 'app'), 'main', 'one');
  const repository = context.repository('team', 'app');
  if (repository) sourceTrackerOf(context, repository).labels.length = 0;
  addLabel(context, app, { name: 'bug', color: 'fc2929' });
  const over = addMilestone(context, app, { title: 'Over', closed: true });
  const written = { author: 'ann', body: 'text', createdAt: at(0) };
  const ended = { closed: true, closedBy: 'ann', closedAt: at(5) };
  addIssue(context, app, { ...written, ...ended, title: 'First', labels: ['bug'], milestone: over.id });
  addIssue(context, app, { ...written, title: 'Second' });
  for (const issue of [1, 1, 2]) addComment(context, app, issue, { author: 'ann', body: 'words', at: at(2) });
  return servers;
}

const undisturbed = sharedByAll(async () => {
  const where = await world();
  const run = await migrated(where, byRest);
  return { step: stepIn(run), writes: run.writes.filter((write) => of.test(write)), end: endOf(where) };
});

/** Every which write one test takes. */
const stride = 3;

test('undisturbed it is proven, with everything once', () => {
  const { step, writes } = undisturbed();
  expect(step).toMatchObject({ state: 'proven', check: { contents: { issues: 2, comments: 3 } } });
  expect(writes).toHaveLength(9);
});

test.each(Array.from({ length: stride }, (_each, index) => index))(
  'a run that is killed at a write, before or after it is served, is finished by the next one, with nothing twice (%i)',
  async (offset) => {
    const { writes, end } = undisturbed();
    for (const [index, write] of writes.entries()) {
      if (index % stride !== offset) continue;
      const both = write.startsWith('POST ');
      for (const served of both ? [false, true] : [index % 2 === 0]) {
        const where = await world();
        const name = `${write} (${index + 1}) ${served ? 'served' : 'not served'}`;
        expect(await killed(where, { ...byRest, killAt: { write: index + 1, served, of } }), name).toBe(true);
        expect(stepIn(await migrated(where, byRest)), name).toMatchObject({ state: 'proven' });
        expect(endOf(where), name).toEqual(end);
        expect((await migrated(where, byRest)).writes, name).toEqual([]);
      }
    }
  },
);

/** What puts an issue in the place of an earlier one: its removal, then what brings it. */
const bringing = /\/issues(?:\/|$)|import-relation$/;

test.each([
  ['rest', 2],
  ['rest', 3],
  ['auto', 2],
])(
  'a run that is killed while it brings a changed issue again is finished by the next one (%s, %i)',
  async (tracker, write) => {
    const where = await world();
    const { gitbucket, gitlab } = where;
    gitlab.allowImports();
    const moving: Migration = { config: { migrate: { tracker } } };
    await migrated(where, moving);
    addComment(gitbucket.context, app, 2, { author: 'ann', body: 'news', at: at(22) });
    expect(await killed(where, { ...moving, killAt: { write, served: true, of: bringing } })).toBe(true);
    await gitlab.settle();
    expect(stepIn(await migrated(where, moving))).toMatchObject({ state: 'proven' });
    const issue = trackerAt(where).issues.find(({ iid }) => iid === 2);
    expect(issue?.notes.map(({ body }) => body.replace(/\n[^]*/, ''))).toEqual(['words', 'news']);
    expect((await migrated(where, moving)).writes).toEqual([]);
  },
);
