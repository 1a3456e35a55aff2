import { expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';

it('demands an Owner of the fork and the right to fork the parent (GL-146, GL-148)', async () => {
  const gitlab = await startGitLab();
  gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  gitlab.addGroup({ path: 'team' });
  gitlab.addGroup({ path: 'open', visibility: 'public' });
  const parent = gitlab.addProject({ namespace: 'open', path: 'app', visibility: 'public' });
  const hidden = gitlab.addProject({ namespace: 'open', path: 'hidden' });
  const fork = gitlab.addProject({ namespace: 'team', path: 'app' });
  gitlab.addMember('team', 'alice', 40);
  const alice = as(gitlab, gitlab.token('alice'));
  await gitlab.settle();

  expect((await alice.post(`/projects/${fork.id}/fork/${parent.id}`)).status).toBe(403);
  gitlab.addUser({ username: 'owner', email: 'o@example.com' });
  gitlab.addMember('team', 'owner', 50);
  await gitlab.settle();
  const owner = as(gitlab, gitlab.token('owner'));
  const unseen = await owner.post(`/projects/${fork.id}/fork/${hidden.id}`);
  expect([unseen.status, unseen.text]).toEqual([404, '{"message":"404 Project Not Found"}']);
  parent.attributes['forking_access_level'] = 'disabled';
  expect((await owner.post(`/projects/${fork.id}/fork/${parent.id}`)).status).toBe(403);
  delete parent.attributes['forking_access_level'];
  const group = gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'team');
  if (group) group.attributes['project_creation_level'] = 'noone';
  const closed = await owner.post(`/projects/${fork.id}/fork/${parent.id}`);
  expect([closed.status, closed.text]).toEqual([401, '{"message":"401 Unauthorized - Target Namespace"}']);
  if (group) delete group.attributes['project_creation_level'];
  expect((await owner.post(`/projects/${fork.id}/fork/${parent.id}`)).status).toBe(201);
});

it('does not tell of a parent that the caller cannot see (GL-149)', async () => {
  const gitlab = await startGitLab();
  gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  const parent = gitlab.addProject({ namespace: 'root', path: 'hidden' });
  const fork = gitlab.addProject({ namespace: 'alice', path: 'app' });
  fork.forkedFromId = parent.id;
  const seen = await as(gitlab, gitlab.token('root')).get(`/projects/${fork.id}`);
  expect(seen.body.forked_from_project).toMatchObject({ id: parent.id, path_with_namespace: 'root/hidden' });
  const shown = await as(gitlab, gitlab.token('alice')).get(`/projects/${fork.id}`);
  expect(shown.body).not.toHaveProperty('forked_from_project');
});
