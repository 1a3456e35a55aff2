import { describe, expect, it } from 'vitest';
import { extractActions } from '../../../sandbox/gitlab.ts';
import { commitOn } from '../../helpers/commits.ts';
import { trackerWorld } from './tracker-fixture.ts';

const DAY = '2015-04-04T05:06:07.000Z';

describe('a note', () => {
  it('has the date of an Owner or administrator, and of nobody else (GL-383)', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1, updatedAt: DAY });
    const made = async (who: typeof root, created_at: string) => {
      const { status, body } = await who.post(`${app}/issues/1/notes`, { body: 'n', created_at });
      return [status, body.created_at === DAY, body.updated_at === DAY];
    };
    expect(await made(root, DAY)).toEqual([201, true, true]);
    expect(await made(by.olga, DAY)).toEqual([201, true, true]);
    expect(await made(by.mika, DAY)).toEqual([201, false, false]);
    expect(await made(root, 'zz')).toEqual([201, false, false]);
    const { body } = await root.get(`${app}/issues/1`);
    expect([body.user_notes_count, body.updated_at > DAY]).toEqual([4, true]);
  });

  it('is refused when it is blank or longer than a million characters (GL-384)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    const refusal = async (body: string) => (await root.post(`${app}/issues/1/notes`, { body })).body.message;
    expect(await refusal(' \n')).toBe('400 Bad request - Note {:note=>["can\'t be blank"]}');
    expect(await refusal('x'.repeat(1_000_001))).toBe(
      '400 Bad request - Note {:note=>["is too long (maximum is 1000000 characters)"]}',
    );
    expect((await root.post(`${app}/issues/9/notes`, { body: 'x' })).body.message).toBe('404 Not found');
  });

  it('of commands only is none, and one with commands loses them (GL-385)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    await root.post(`${app}/labels`, { name: 'bug', color: 'red' });
    const say = async (body: string) => {
      const answer = await root.post(`${app}/issues/1/notes`, { body });
      return [answer.status, answer.body.body ?? answer.body.summary, answer.body.commands_changes];
    };
    expect(await say('/close')).toEqual([202, ['Closed this issue.'], { state_event: 'close' }]);
    expect(await say('/close')).toEqual([202, ['Could not apply close command.'], {}]);
    expect(await say('text\n/reopen')).toEqual([201, 'text', { state_event: 'reopen' }]);
    const [label] = gitlab.project('team/app').labels;
    expect(await say('/label ~bug')).toEqual([202, ['Added ~bug label.'], { add_label_ids: [label?.id] }]);
    expect((await say('/assign @mika'))[1]).toEqual(['Assigned @mika.']);
    expect(await say('/zzz')).toEqual([201, '/zzz', {}]);
    expect(await say('/tmp/x')).toEqual([201, '/tmp/x', {}]);
    expect(await say('/shrug')).toEqual([201, '¯\\＿(ツ)＿/¯', {}]);
    const { body } = await root.get(`${app}/issues/1`);
    expect([body.state, body.labels, body.assignee.username]).toEqual(['opened', ['bug'], 'mika']);
  });

  it('is changed and deleted by its author and Maintainers', async () => {
    const { call: by, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    const { id } = gitlab.addNote('team/app#1', { body: 'old', author: 'gus', createdAt: DAY });
    const path = `${app}/issues/1/notes/${id}`;
    const changed = await by.gus.put(path, { body: 'new' });
    expect([changed.body.body, changed.body.created_at]).toEqual(['new', DAY]);
    expect((await by.mika.delete(path)).status).toBe(204);
    expect((await by.mika.get(path)).status).toBe(404);
  });

  it('that is changed loses its commands, and goes when it has nothing else (GL-385)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    const change = async (body: string) => {
      const { id } = gitlab.addNote('team/app#1', { body: 'old', author: 'root' });
      const path = `${app}/issues/1/notes/${id}`;
      const answer = await root.put(path, { body });
      const { status } = await root.get(path);
      return [answer.status, answer.body.body ?? answer.body.summary, answer.body.commands_changes, status];
    };
    expect(await change('text \r\n/close')).toEqual([200, 'text', { state_event: 'close' }, 200]);
    expect(await change('```\n/reopen\n```')).toEqual([200, '```\n/reopen\n```', {}, 200]);
    expect(await change('/reopen')).toEqual([202, ['Reopened this issue.'], { state_event: 'reopen' }, 404]);
    expect(await change('/merge')).toEqual([202, ['Could not apply merge command.'], {}, 404]);
    expect((await root.get(`${app}/issues/1`)).body.state).toBe('opened');
  });

  it('counts for a limit of the user (GL-301)', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    gitlab.settings.applicationLimits['notes_create'] = { threshold: 2, interval: 86_400 };
    const statuses = [
      await root.post(`${app}/issues/1/notes`, { body: 'a' }),
      await root.post(`${app}/issues/1/discussions`, { body: 'b' }),
      await root.post(`${app}/issues/1/notes`, { body: 'c' }),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([201, 201, 429]);
    expect(statuses[2]?.headers.get('retry-after')).toBe('86400');
  });

  it('that is internal is shown from Reporters on, and the page is counted before', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    await root.post(`${app}/issues/1/notes`, { body: 'x', internal: true });
    const { body, headers } = await by.gus.get(`${app}/issues/1/notes`);
    expect([body, headers.get('x-total')]).toEqual([[], '1']);
    expect((await by.mika.get(`${app}/issues/1/notes`)).body).toMatchObject([{ internal: true }]);
  });
});

describe('threads', () => {
  it('are begun, answered and listed by the date of their beginning', async () => {
    const { root, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    const alone = gitlab.addNote('team/app#1', { body: 'alone', createdAt: '2015-01-02T00:00:00.000Z' });
    const begun = await root.post(`${app}/issues/1/discussions`, {
      body: 'first',
      created_at: '2015-01-01T00:00:00Z',
    });
    expect(begun.body).toMatchObject({ individual_note: false, notes: [{ type: 'DiscussionNote' }] });
    const reply = (id: string) => root.post(`${app}/issues/1/discussions/${id}/notes`, { body: 'answer' });
    expect((await reply(begun.body.id)).status).toBe(201);
    const shown = async () =>
      (await root.get(`${app}/issues/1/discussions`)).body.map(
        (each: { individual_note: boolean; notes: { body: string }[] }) => [
          each.individual_note,
          ...each.notes.map(({ body }) => body),
        ],
      );
    expect(await shown()).toEqual([
      [false, 'first', 'answer'],
      [true, 'alone'],
    ]);
    await reply(alone.discussionId);
    expect((await shown())[1]).toEqual([false, 'alone', 'answer']);
    expect((await reply('0'.repeat(40))).body.message).toBe('404 Discussion Not Found');
  });
});

describe('emoji', () => {
  it('are given once by each, under all their names (GL-389)', async () => {
    const { root, call: by, app, gitlab } = await trackerWorld();
    gitlab.addIssue('team/app', { iid: 1 });
    const give = async (who: typeof root, name: string) => {
      const { status, body } = await who.post(`${app}/issues/1/award_emoji`, { name });
      return [status, body.name ?? body.message];
    };
    const taken = [404, '404 Award Emoji Name has already been taken Not Found'];
    expect(await give(root, 'thumbsup')).toEqual([201, 'thumbsup']);
    expect(await give(root, '+1')).toEqual(taken);
    expect(await give(by.gus, 'thumbsup')).toEqual([201, 'thumbsup']);
    expect((await root.get(`${app}/issues/1`)).body.upvotes).toBe(2);
    const [{ id }] = (await root.get(`${app}/issues/1/award_emoji`)).body;
    expect((await by.gus.delete(`${app}/issues/1/award_emoji/${id}`)).status).toBe(401);
    expect((await root.delete(`${app}/issues/1/award_emoji/${id}`)).status).toBe(204);
  });
});

/** The text that is left, then each command. */
function found(given: string): string[] {
  const { text, actions } = extractActions(given);
  return [text, ...actions.map(({ name, argument }) => `${name} ${argument}`.trim())];
}

describe('commands in texts', () => {
  it.each([
    ['/close', '', 'close'],
    ['a\n/Close\nb', 'a\nb', 'close'],
    ['a\r\n/label ~x\r\n\r\nb  ', 'a\n\nb', 'label ~x'],
    ['/close /label ~x', '', 'close /label ~x'],
    ['/duplicate #1\n/todo', '', 'duplicate #1', 'todo'],
    ['/tmp/x is full', '/tmp/x is full'],
    ['/closed', '/closed'],
    [' /close', ' /close'],
    ['```\n/close\n```', '```\n/close\n```'],
    ['~~~ruby\n/close', '~~~ruby\n/close'],
    ['> /close\n/close', '> /close\n/close'],
    ['- a\n/close', '- a\n/close'],
    ['<details>\n/close\n</details>', '<details>\n/close\n</details>'],
    ['`a\n/close\nb`', '`a\n/close\nb`'],
    ['/shrug so', 'so ¯\\＿(ツ)＿/¯'],
  ])('%j', (text, ...expected) => {
    expect(found(text)).toEqual(expected);
  });
});

it('a comment on a line of a commit wants the diff to its first parent, or to nothing (GL-457)', async () => {
  const { root, app, gitlab } = await trackerWorld();
  const dir = gitlab.gitDir('team/app');
  const first = commitOn(dir, 'lines', 'one');
  const second = commitOn(dir, 'lines', 'two');
  const nothing = '0'.repeat(40);
  const say = async (commit: string, base: string, line: object, start = base) => {
    const position = { position_type: 'text', base_sha: base, start_sha: start, head_sha: commit, ...line };
    const path = `${app}/repository/commits/${commit}/discussions`;
    const { status, body } = await root.post(path, { body: 'why?', created_at: DAY, position });
    const { notes: [note] = [] } = body;
    return [status, note === undefined ? body.message : [note.type, note.created_at, note.position.new_line]];
  };
  const line = { new_path: 'file.txt', old_path: 'file.txt', new_line: 1 };
  expect(await say(second, first, line)).toEqual([201, ['DiffNote', DAY, 1]]);
  expect(await say(first, nothing, line)).toEqual([201, ['DiffNote', DAY, 1]]);
  const other = [400, '400 Bad request - Note {:commit_id=>["does not match the diff refs"]}'];
  expect(await say(second, nothing, line)).toEqual(other);
  expect(await say(second, first, line, nothing)).toEqual(other);
  expect(await say(second, first, { ...line, new_line: 7 })).toEqual([
    400,
    '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}',
  ]);
  // Both numbers mean a line that did not change.
  expect((await say(second, first, { ...line, old_line: 1 }))[0]).toBe(400);
  const nowhere = ':line_code=>["can\'t be blank", "must be a valid line code"]';
  expect(await say(second, second, line)).toEqual([
    400,
    `400 Bad request - Note {:commit_id=>["does not match the diff refs"], ${nowhere}}`,
  ]);
  expect(await say(second, first, { ...line, new_line: undefined })).toEqual([
    400,
    `400 Bad request - Note {${nowhere}, :position=>["is incomplete"]}`,
  ]);
  const diff = async (commit: string) => (await root.get(`${app}/repository/commits/${commit}/diff`)).body;
  expect(await diff(second)).toMatchObject([{ new_path: 'file.txt', new_file: false }]);
  expect(await diff(first)).toMatchObject([{ new_path: 'file.txt', new_file: true }]);
});

it('a comment on a commit tags it by command, and knows no other (GL-457)', async () => {
  const { root, call: by, app, gitlab } = await trackerWorld();
  const commit = commitOn(gitlab.gitDir('team/app'), 'lines', 'one');
  const path = `${app}/repository/commits/${commit}`;
  const say = async (who: typeof root, body: string) => {
    const { status, body: answer } = await who.post(`${path}/discussions`, { body });
    return [status, answer.notes?.[0].body ?? answer.summary];
  };
  expect(await say(root, 'text\n/tag v1 the first')).toEqual([201, 'text']);
  expect(await say(by.mika, '/tag v2')).toEqual([202, ['Tagged this commit to v2.']]);
  expect(await say(by.mika, '/tag v2')).toEqual([202, ['Tagged this commit to v2.']]);
  expect(await say(root, '/close')).toEqual([202, ['Could not apply close command.']]);
  expect(await say(root, '> /tag v3')).toEqual([201, '> /tag v3']);
  expect(await say(root, '\\/tag v3')).toEqual([201, '\\/tag v3']);
  const { body: note } = await root.post(`${path}/comments`, { note: '/tag v4' });
  expect(note.commands_changes).toEqual({ tag_name: 'v4', tag_message: null });
  const tags: { name: string; message: string }[] = (await root.get(`${app}/repository/tags`)).body;
  expect(Object.fromEntries(tags.map(({ name, message }) => [name, message]))).toEqual({
    v1: 'the first',
    v2: '',
    v4: '',
  });
  const threads: { notes: { system: boolean; body: string }[] }[] = (await root.get(`${path}/discussions`))
    .body;
  const told = threads.flatMap(({ notes }) => notes).filter(({ system }) => system);
  expect(told.map(({ body }) => body)).toEqual(
    ['v1', 'v2', 'v4'].map((tag) => `tagged commit ${commit} to [\`${tag}\`](/team/app/-/tags/${tag})`),
  );
});
