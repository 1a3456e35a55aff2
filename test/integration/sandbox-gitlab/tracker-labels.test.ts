import { describe, expect, it } from 'vitest';
import { trackerWorld } from './tracker-fixture.ts';

describe('labels', () => {
  it('are made once, by Planners and above, in any letter case (GL-380)', async () => {
    const { root, call: by, app } = await trackerWorld();
    const make = async (who: typeof root, fields: object) => {
      const { status, body } = await who.post(`${app}/labels`, { color: '#ff0000', ...fields });
      return [status, body.message ?? body.error ?? body.name];
    };
    expect(await make(root, { name: 'bug' })).toEqual([201, 'bug']);
    expect(await make(root, { name: 'bug' })).toEqual([409, 'Label already exists']);
    expect(await make(root, { name: ' BUG ' })).toEqual([201, 'BUG']);
    expect(await make(root, { name: 'a,b' })).toEqual([400, { title: ['is invalid'] }]);
    expect(await make(root, { name: '' })).toEqual([400, { title: ["can't be blank", 'is invalid'] }]);
    expect(await make(root, { name: 'c', color: 'ff0000' })).toEqual([
      400,
      { color: ['must be a valid color code'] },
    ]);
    expect(await make(by.gus, { name: 'x' })).toEqual([403, '403 Forbidden']);
    expect((await root.post(`${app}/labels`, { name: 'n', color: 'rebeccapurple' })).body.color).toBe(
      '#663399',
    );
    expect((await root.post(`${app}/labels`, { name: 's', color: '#abc' })).body.color).toBe('#abc');
  });

  it('of groups above are taken, listed and used, but not changed', async () => {
    const { root, app, gitlab } = await trackerWorld();
    const team = gitlab.context.state.groups.find(({ path }) => path === 'team');
    if (team) team.labels = [{ id: 9001, name: 'shared', color: '#00ff00' }];
    expect((await root.post(`${app}/labels`, { name: 'shared', color: 'red' })).status).toBe(409);
    expect((await root.get(`${app}/labels`)).body).toMatchObject([
      { name: 'shared', is_project_label: false },
    ]);
    const issue = await root.post(`${app}/issues`, { title: 'x', labels: 'shared' });
    expect([issue.body.labels, gitlab.project('team/app').labels]).toEqual([['shared'], []]);
    expect((await root.put(`${app}/labels/shared`, { color: 'red' })).body.message).toBe(
      '404 Label Not Found',
    );
  });

  it('have a priority and a description, and go with a deleted one', async () => {
    const { root, app } = await trackerWorld();
    await root.post(`${app}/labels`, { name: 'high', color: 'red', priority: 1, description: 'd' });
    const changed = await root.put(`${app}/labels/high`, { new_name: 'higher', priority: null });
    expect(changed.body).toMatchObject({ name: 'higher', priority: null, description: 'd' });
    await root.post(`${app}/issues`, { title: 'x', labels: 'higher' });
    const counted = await root.get(`${app}/labels?with_counts=true`);
    expect(counted.body).toMatchObject([{ open_issues_count: 1, closed_issues_count: 0 }]);
    expect((await root.delete(`${app}/labels/higher`)).status).toBe(204);
    expect((await root.get(`${app}/issues/1`)).body.labels).toEqual([]);
    expect((await root.put(`${app}/labels`, { name: 'x' })).body.error).toContain('are missing');
  });
});

describe('milestones', () => {
  it('have one title in a project and the groups above it (GL-381)', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    gitlab.addMilestone('team', { title: 'of the group' });
    const make = async (fields: object) => {
      const { status, body } = await root.post(`${app}/milestones`, fields);
      return [status, body.message ?? body.title];
    };
    const taken =
      'Failed to create milestone {:title=>["already being used for another group or project milestone."]}';
    expect(await make({ title: '1.0' })).toEqual([201, '1.0']);
    expect(await make({ title: '1.0' })).toEqual([400, taken]);
    expect(await make({ title: 'of the group' })).toEqual([400, taken]);
    expect(await make({ title: '' })).toEqual([
      400,
      'Failed to create milestone {:title=>["can\'t be blank"]}',
    ]);
    expect(await make({ title: 'x', start_date: '2021-01-01', due_date: '2020-01-01' })).toEqual([
      400,
      'Failed to create milestone {:due_date=>["must be greater than start date"]}',
    ]);
    expect(await make({ title: 'x'.repeat(256), due_date: 'zz' })).toEqual([201, 'x'.repeat(256)]);
    expect((await by.gus.post(`${app}/milestones`, { title: 'y' })).status).toBe(403);
    const team = gitlab.context.state.groups.find(({ path }) => path === 'team')?.id;
    expect((await root.post(`/groups/${team}/milestones`, { title: '1.0' })).status).toBe(400);
  });

  it('are listed with or without those of the groups, closed, and known by id', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addMilestone('team', { title: 'g' });
    const { id } = gitlab.addMilestone('team/app', { title: 'late', dueDate: '2030-01-01' });
    gitlab.addMilestone('team/app', { title: 'soon', dueDate: '2020-01-01' });
    const titles = async (query: string) =>
      (await root.get(`${app}/milestones?${query}`)).body.map(({ title }: { title: string }) => title);
    expect(await titles('')).toEqual(['soon', 'late']);
    expect(await titles('include_ancestors=true')).toEqual(['soon', 'late', 'g']);
    const closed = await root.put(`${app}/milestones/${id}`, { state_event: 'close' });
    expect(closed.body).toMatchObject({ state: 'closed', iid: 1, expired: false });
    expect(await titles('state=active')).toEqual(['soon']);
    expect(await titles('title=late&iids[]=1')).toEqual(['late']);
    expect((await root.get(`${app}/milestones/1`)).body.message).toBe('404 Not found');
    expect((await root.delete(`${app}/milestones/${id}`)).status).toBe(204);
  });
});
