import { expect, it } from 'vitest';
import { commitOn } from '../../helpers/commits.ts';
import { trackerWorld } from './tracker-fixture.ts';

it('notes on an issue or merge request who names it, once, outside of code and quietly (GL-458)', async () => {
  const { root, app, gitlab, call: by } = await trackerWorld();
  const commit = commitOn(gitlab.gitDir('team/app'), 'main', 'one');
  commitOn(gitlab.gitDir('team/app'), 'topic', 'two');
  const other = gitlab.addProject({ namespace: 'team', path: 'other' });
  gitlab.addGroup({ path: 'far' });
  const far = gitlab.addProject({ namespace: 'far', path: 'off' });
  const made = '2015-04-04T05:06:07.000Z';
  for (let iid = 1; iid <= 9; iid += 1) gitlab.addIssue('team/app', { iid, updatedAt: made });
  const add = (path: string, body: Record<string, unknown>) => root.post(`${app}/${path}`, body);
  await add('issues', { iid: 10, title: 'also #1', description: 'see #2, #10 and `#3`\n```\n#3\n```' });
  for (const { id } of [other, far])
    await root.post(`/projects/${id}/issues`, { title: 'x', description: 'team/app#1' });
  await add('issues/9/notes', { body: '> #4 and #4, #99', created_at: '2020-01-01T00:00:00Z' });
  await add('issues/9/notes', { body: 'again #4' });
  const { body: note } = await add('issues/9/notes', { body: 'x' });
  await root.put(`${app}/issues/9/notes/${note.id}`, { body: 'changed to #5' });
  await root.put(`${app}/issues/9`, { description: 'later #6' });
  await add(`repository/commits/${commit}/discussions`, { body: 'of #7' });
  await add('merge_requests', {
    title: 'm',
    source_branch: 'topic',
    target_branch: 'main',
    description: '#8',
  });
  await add('issues/9/notes', { body: 'see !1' });

  const notesOf = async (path: string) => {
    const { body } = await root.get(`${app}/${path}/notes?sort=asc`);
    const all: { system: boolean; body: string; created_at: string }[] = body;
    const mentions = all.filter(({ system, body: text }) => system && text.startsWith('mentioned'));
    for (const { created_at: at } of mentions) expect(Date.parse(at)).toBeGreaterThan(Date.now() - 60_000);
    return mentions.map(({ body: text }) => text);
  };
  const found = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((iid) => notesOf(`issues/${iid}`)));
  expect(found).toEqual([
    ['mentioned in issue #10', 'mentioned in issue other#1', 'mentioned in issue far/off#1'],
    ['mentioned in issue #10'],
    [],
    ['mentioned in issue #9'],
    ['mentioned in issue #9'],
    ['mentioned in issue #9'],
    [`mentioned in commit ${commit}`],
    ['mentioned in merge request !1'],
    [],
    [],
  ]);
  expect(await notesOf('merge_requests/1')).toEqual(['mentioned in issue #9']);
  expect((await by.olga.get(`${app}/issues/4`)).body).toMatchObject({
    updated_at: made,
    user_notes_count: 0,
  });
});
