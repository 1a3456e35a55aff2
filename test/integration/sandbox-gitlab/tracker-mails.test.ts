import { expect, it } from 'vitest';
import { commitOn } from '../../helpers/commits.ts';
import { trackerWorld, type TrackerWorld } from './tracker-fixture.ts';

const mailed = ({ gitlab }: TrackerWorld): string[] => {
  const found = gitlab.mails.map(
    ({ to, kind, about }) => `${to.replace('@example.com', '')} ${kind} ${about}`,
  );
  gitlab.mails.length = 0;
  return found.toSorted();
};

it('a new issue is mailed to whom it names, who is in charge and who watches (GL-397)', async () => {
  const world = await trackerWorld();
  const { root, app, gitlab, people } = world;
  gitlab.watch('team/app', 'olga');
  await root.post(`${app}/issues`, {
    title: 'x',
    description: '@gus, @stray and `@olga`',
    assignee_ids: [people.mika.id],
  });
  expect(mailed(world)).toEqual(['gus', 'mika', 'olga'].map((who) => `${who} new-issue team/app#1`));
});

it('a comment is mailed to everybody who ever took part, whoever named them and when (GL-397)', async () => {
  const world = await trackerWorld();
  const { root, call: by, app, gitlab } = world;
  gitlab.addIssue('team/app', { iid: 1, author: 'olga', description: 'See @team' });
  expect(mailed(world)).toEqual([]);
  await by.mika.post(`${app}/issues/1/notes`, { body: 'x' });
  // A group stands for all its members, the administrator who made it too.
  expect(mailed(world)).toEqual(['admin', 'gus', 'olga'].map((who) => `${who} new-note team/app#1`));
  await root.put(`${app}/issues/1`, { state_event: 'close' });
  expect(mailed(world)).toEqual(['gus', 'mika', 'olga'].map((who) => `${who} closed team/app#1`));
});

it('nothing is mailed where mails are off, nor to who is blocked (GL-117)', async () => {
  const world = await trackerWorld();
  const { root, app, gitlab, people } = world;
  people.gus.state = 'blocked';
  await root.post(`${app}/issues`, { title: 'x', description: '@gus' });
  gitlab.project('team/app').attributes['emails_enabled'] = false;
  await root.post(`${app}/issues`, { title: 'x', description: '@mika' });
  expect(mailed(world)).toEqual([]);
});

it('a release is mailed to watchers only (GL-450)', async () => {
  const world = await trackerWorld();
  const { root, app, gitlab } = world;
  gitlab.watch('team/app', 'olga');
  commitOn(gitlab.gitDir('team/app'), 'main', 'x');
  const made = await root.post(`${app}/releases`, { tag_name: 'v1', ref: 'main', description: '@gus' });
  expect(made.status).toBe(201);
  expect(mailed(world)).toEqual(['olga new-release team/app v1']);
});
