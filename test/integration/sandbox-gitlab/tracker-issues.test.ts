import { describe, expect, it } from 'vitest';
import { call } from './api-fixture.ts';
import { trackerWorld } from './tracker-fixture.ts';

type ResourceEvent = { action: string; label?: { name: string }; milestone?: { title: string } };

const DAY = '2015-03-04T05:06:07.000Z';
const pick = (body: Record<string, unknown>, ...names: string[]): unknown[] =>
  names.map((name) => body[name]);

describe('a new issue', () => {
  it('has number and date of an Owner or administrator, and of nobody else (GL-383)', async () => {
    const { root, call: by, app, gitlab, people } = await trackerWorld();
    const made = async (who: typeof root, iid: number) => {
      const { body } = await who.post(`${app}/issues`, { title: 'x', iid, created_at: DAY });
      return [body.iid, body.created_at === DAY];
    };
    expect(await made(root, 7)).toEqual([7, true]);
    expect(await made(by.olga, 20)).toEqual([20, true]);
    expect(await made(by.mika, 30)).toEqual([21, false]);
    const sudo = { token: gitlab.token('root'), headers: { sudo: String(people.mika.id) } };
    const body = { title: 'x', iid: 50, created_at: DAY };
    expect((await call(gitlab, 'POST', `${app}/issues`, { ...sudo, body })).body.iid).toBe(22);
    expect((await by.stray.post(`${app}/issues`, { title: 'x' })).status).toBe(404);
  });

  it('takes a free number below the last one, but none twice and none that is impossible (GL-383)', async () => {
    const { root, app } = await trackerWorld();
    const iid = async (wanted?: number) => {
      const { status, body } = await root.post(`${app}/issues`, { title: 'x', iid: wanted });
      return [status, body.iid ?? body.message];
    };
    expect(await iid(7)).toEqual([201, 7]);
    expect(await iid(7)).toEqual([409, 'Duplicated issue']);
    expect(await iid(3)).toEqual([201, 3]);
    expect(await iid()).toEqual([201, 8]);
    expect(await iid(0)).toEqual([201, 0]);
    expect(await iid(-1)).toEqual([500, '500 Internal Server Error']);
    expect((await root.delete(`${app}/issues/7`)).status).toBe(204);
    expect(await iid(7)).toEqual([201, 7]);
  });

  it('loses in silence what does not fit: closed milestones, strangers, the second assignee (GL-382, GL-386)', async () => {
    const { root, app, gitlab, people } = await trackerWorld();
    const closed = gitlab.addMilestone('team/app', { title: 'old', state: 'closed' });
    const group = gitlab.addMilestone('team', { title: 'of the group' });
    const make = async (fields: object) => (await root.post(`${app}/issues`, { title: 'x', ...fields })).body;
    expect((await make({ milestone_id: closed.id })).milestone).toBeNull();
    expect((await make({ milestone_id: group.id })).milestone).toMatchObject({ title: 'of the group' });
    expect((await make({ assignee_ids: [people.stray.id] })).assignees).toEqual([]);
    expect((await make({ assignee_ids: [people.olga.id, people.mika.id] })).assignees).toMatchObject([
      { username: 'olga' },
    ]);
    expect((await make({ labels: ['b,a', 'c'] })).labels).toEqual(['a', 'b', 'c']);
  });

  it('is refused for its texts by what the models say (GL-384)', async () => {
    const { root, app } = await trackerWorld();
    const refusal = async (fields: object) => (await root.post(`${app}/issues`, fields)).body;
    expect(await refusal({})).toEqual({ error: 'title is missing' });
    expect(await refusal({ title: ' ' })).toEqual({ message: { title: ["can't be blank"] } });
    expect(await refusal({ title: '😀'.repeat(256) })).toEqual({
      message: { title: ['is too long (maximum is 255 characters)'] },
    });
    expect((await root.post(`${app}/issues`, { title: '😀'.repeat(255) })).status).toBe(201);
    const texts = ['is too long (1 MiB). The maximum size is 1 MiB.'];
    // In bytes: each of these has three.
    expect(await refusal({ title: 'x', description: '長'.repeat(400_000) })).toEqual({
      message: { description: texts, 'work_item_description.description': texts },
    });
    expect(await refusal({ title: 'x', created_at: 'zz' })).toEqual({ error: 'created_at is invalid' });
  });

  it('carries out the commands in its description (GL-385)', async () => {
    const { root, app } = await trackerWorld();
    await root.post(`${app}/labels`, { name: 'bug', color: 'red' });
    const { body } = await root.post(`${app}/issues`, {
      title: 'x',
      description: 'text  \r\n/close\n/label ~bug ',
    });
    expect(pick(body, 'state', 'description', 'labels')).toEqual(['closed', 'text', ['bug']]);
    expect(body.closed_by.username).toBe('root');
    const kept = 'text\n /close\n`/close`\n> /close';
    const other = await root.post(`${app}/issues`, { title: 'x', description: kept });
    expect(pick(other.body, 'state', 'description')).toEqual(['opened', kept]);
  });

  it('is for nobody where issues are off (observed)', async () => {
    const { root, gitlab } = await trackerWorld();
    const off = gitlab.addProject({
      namespace: 'team',
      path: 'off',
      attributes: { issues_access_level: 'disabled' },
    });
    expect((await root.post(`/projects/${off.id}/issues`, { title: 'x' })).status).toBe(403);
    const list = await root.get(`/projects/${off.id}/issues`);
    expect([list.status, list.body]).toEqual([200, []]);
  });

  it('may be limited, without a word of when to come again (GL-301)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.settings.applicationLimits['issues_create'] = { threshold: 1, interval: 86_400 };
    await root.post(`${app}/issues`, { title: 'x' });
    const { status, headers, text } = await root.post(`${app}/issues`, { title: 'x' });
    expect([status, headers.get('retry-after'), headers.get('content-type')]).toEqual([429, null, null]);
    expect(text).toContain('This endpoint has been requested too many times. Try again later.');
  });

  it('may be taken for spam, with a captcha or for good (GL-387)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.settings.spam = { is: (title) => title.includes('buy'), captcha: true };
    expect((await root.post(`${app}/issues`, { title: 'fine' })).status).toBe(201);
    const first = await root.post(`${app}/issues`, { title: 'buy' });
    expect([first.status, first.body.needs_captcha_response]).toEqual([409, true]);
    gitlab.settings.spam.captcha = false;
    const second = await root.post(`${app}/issues`, { title: 'buy' });
    expect([second.status, Object.keys(second.body.message)]).toEqual([400, ['base']]);
  });
});

describe('an issue', () => {
  it('closes with the date that an Owner gives, by the caller (GL-384)', async () => {
    const { root, call: by, app, gitlab, people } = await trackerWorld();
    for (const iid of [1, 2]) gitlab.addIssue('team/app', { iid });
    const close = { state_event: 'close', updated_at: DAY };
    const first = await root.put(`${app}/issues/1`, close);
    expect(pick(first.body, 'state', 'closed_at', 'updated_at')).toEqual(['closed', DAY, DAY]);
    expect(first.body.closed_by.username).toBe('root');
    const second = await by.mika.put(`${app}/issues/2`, close);
    expect(second.body.closed_at).not.toBe(DAY);
    expect(second.body.closed_by.id).toBe(people.mika.id);
    expect((await root.get(`${app}/issues/1/resource_state_events`)).body).toMatchObject([
      { state: 'closed', created_at: DAY, resource_type: 'Issue', user: { username: 'root' } },
    ]);
    expect((await root.put(`${app}/issues/1`, close)).body.state).toBe('closed');
    expect((await root.put(`${app}/issues/1`, { updated_at: DAY })).text).toContain(
      'are missing, at least one',
    );
    expect((await root.put(`${app}/issues/9`, close)).body).toEqual({ message: '404 Not found' });
  });

  it('is changed by planners and its author, and deleted by Owners only', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    gitlab.addIssue('team/app', { iid: 2, author: 'gus' });
    const title = { title: 'new' };
    const statuses = [
      await by.gus.put(`${app}/issues/1`, title),
      await by.gus.put(`${app}/issues/2`, { ...title, labels: 'a' }),
      await by.mika.delete(`${app}/issues/1`),
      await by.olga.delete(`${app}/issues/1`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([403, 200, 403, 204]);
    const { body } = await root.get(`${app}/issues/2`);
    expect(pick(body, 'title', 'labels')).toEqual(['new', []]);
  });

  it('is noted of by system notes and events, which do not count as comments', async () => {
    const { root, app, gitlab, people } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1, title: 'seven' });
    const milestone = gitlab.addMilestone('team/app', { title: 'm' });
    await root.put(`${app}/issues/1`, {
      title: 'seven!',
      labels: 'a,b',
      milestone_id: milestone.id,
      assignee_ids: [people.mika.id],
      discussion_locked: true,
    });
    await root.put(`${app}/issues/1`, { remove_labels: 'a', milestone_id: null, state_event: 'reopen' });
    const notes = (await root.get(`${app}/issues/1/notes?sort=asc`)).body;
    expect(notes.map((note: { body: string }) => note.body)).toEqual([
      'changed title from **seven** to **seven{+!+}**',
      'assigned to @mika',
      'locked the discussion in this issue',
    ]);
    const { body } = await root.get(`${app}/issues/1`);
    expect(pick(body, 'user_notes_count', 'labels', 'milestone')).toEqual([0, ['b'], null]);
    const events = async (kind: string) =>
      (await root.get(`${app}/issues/1/resource_${kind}_events`)).body.map(
        ({ action, label, milestone: of }: ResourceEvent) => `${action} ${label?.name ?? of?.title}`,
      );
    expect(await events('label')).toEqual(['add a', 'add b', 'remove a']);
    expect(await events('milestone')).toEqual(['add m', 'remove m']);
  });

  it('that is locked is not opened again, whatever the answer says (observed)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1, state: 'closed', locked: true });
    const note = await root.post(`${app}/issues/1/notes`, { body: 'text\n/reopen' });
    expect(note.body.commands_changes).toEqual({ state_event: 'reopen' });
    expect((await root.put(`${app}/issues/1`, { state_event: 'reopen' })).body.state).toBe('closed');
  });

  it('that is confidential is for planners, its author and its assignees', async () => {
    const { call: by, app, gitlab, people } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1, confidential: true });
    gitlab.addIssue('team/app', { iid: 2, confidential: true, assignees: [people.gus.id] });
    const seen = async (who: typeof by.gus) =>
      (await who.get(`${app}/issues`)).body.map(({ iid }: { iid: number }) => iid);
    expect(await seen(by.gus)).toEqual([2]);
    expect(await seen(by.mika)).toEqual([2, 1]);
    expect((await by.gus.get(`${app}/issues/1`)).status).toBe(404);
  });
});

const dated = (day: number) => ({
  createdAt: `2015-01-0${day}T00:00:00.000Z`,
  updatedAt: `2016-01-0${day}T00:00:00.000Z`,
});

describe('the list of issues', () => {
  it('is filtered, sorted and paged', async () => {
    const { root, app, gitlab, people } = await trackerWorld();
    const milestone = gitlab.addMilestone('team/app', { title: 'm' }).id;
    gitlab.addIssue('team/app', { iid: 1, ...dated(1), title: 'Needle', milestone });
    gitlab.addIssue('team/app', { iid: 2, ...dated(2), state: 'closed', assignees: [people.olga.id] });
    gitlab.addIssue('team/app', { iid: 3, ...dated(3), author: 'olga' });
    await root.put(`${app}/issues/3`, { labels: 'x,y' });
    const iids = async (query: string) =>
      (await root.get(`${app}/issues?${query}`)).body.map(({ iid }: { iid: number }) => iid);
    expect(await iids('scope=all')).toEqual([3, 2, 1]);
    expect(await iids('state=closed')).toEqual([2]);
    expect(await iids('iids[]=1&iids[]=3&sort=asc')).toEqual([1, 3]);
    expect(await iids('order_by=updated_at&sort=asc&per_page=2')).toEqual([1, 2]);
    expect(await iids('created_after=2015-01-02T00:00:00Z')).toEqual([3, 2]);
    expect(await iids('updated_before=2016-01-02T00:00:00Z')).toEqual([2, 1]);
    expect(await iids('labels=x,y')).toEqual([3]);
    expect(await iids('labels=None&milestone=m')).toEqual([1]);
    expect(await iids(`author_id=${people.olga.id}`)).toEqual([3]);
    expect(await iids('assignee_username=olga')).toEqual([2]);
    expect(await iids('search=needle')).toEqual([1]);
    const first = await root.get(`${app}/issues?pagination=keyset&sort=asc&per_page=2`);
    expect(first.headers.get('x-total')).toBeNull();
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? [];
    expect((await root.get(next)).body).toMatchObject([{ iid: 3 }]);
    expect((await root.get(app)).body.open_issues_count).toBe(2);
  });

  it('breaks as soon as one number is negative (GL-429)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: -1 });
    expect((await root.get(`${app}/issues`)).status).toBe(500);
  });
});
