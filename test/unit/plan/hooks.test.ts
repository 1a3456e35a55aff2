import { expect, test } from 'vitest';
import type { Webhook } from '../../../src/model/people.ts';
import { hookId, hookVerdict, wantedHooks } from '../../../src/plan/hooks.ts';

const plain: Webhook = {
  url: 'https://ci.example/hook?token=abc',
  contentType: 'form',
  events: ['push'],
  signed: false,
  secret: null,
};

function wanted(...hooks: Webhook[]): ReturnType<typeof wantedHooks> {
  return wantedHooks('o/r', { hooks, silentToo: true });
}

test.each([
  [['push'], ['push', 'tag-push']],
  [
    ['create', 'delete'],
    ['push', 'tag-push'],
  ],
  [
    ['issues', 'pull_request'],
    ['issues', 'merge-requests'],
  ],
  [['issue_comment', 'commit_comment', 'pull_request_review_comment'], ['notes']],
  [
    ['gollum', 'release', 'deployment', 'deployment_status'],
    ['wiki', 'releases', 'deployments'],
  ],
])('the events %j become %j', (events, mapped) => {
  expect(wanted({ ...plain, events }).wanted).toEqual([
    { id: hookId(plain.url), host: 'ci.example', events: mapped },
  ]);
});

test('an address is shown by its host only, since it may hold a secret', () => {
  const secret = { ...plain, url: 'https://user:pass@chat.example/services/T0/B0/XYZ' };
  expect(JSON.stringify(wanted(secret))).not.toMatch(/pass|XYZ/);
  expect(JSON.stringify(wanted({ ...plain, url: 'no address, XYZ' }))).not.toContain('XYZ');
});

test('what GitLab has no event for is told, and a webhook without any other one stays', () => {
  const { wanted: some, notices } = wanted({ ...plain, events: ['push', 'watch', 'fork'] });
  expect(some).toHaveLength(1);
  expect(notices[0]?.message).toBe(
    'its webhook to ci.example is not called for watch, fork on GitLab, which has no such events',
  );
  const silent = wanted({ ...plain, events: [] });
  expect([silent.wanted, silent.notices.map(({ code }) => code)]).toEqual([[], ['hook-silent']]);
});

test('a webhook whose secret is not known is left with the way out', () => {
  for (const signed of [true, null]) {
    const { wanted: none, notices } = wanted({ ...plain, signed });
    expect(none).toEqual([]);
    expect(notices[0]).toMatchObject({
      code: 'hook-secret',
      fix: expect.stringMatching(/^add the webhook on GitLab .*an export holds no secrets/),
    });
  }
  expect(wanted({ ...plain, signed: true, secret: 's3cret' }).wanted).toHaveLength(1);
});

test('only a webhook that nobody changed on GitLab is changed', () => {
  const [hook] = wanted(plain).wanted;
  if (hook === undefined) throw new Error('no hook');
  expect(hookVerdict(hook, null, undefined)).toBe('add');
  expect(hookVerdict(hook, null, { events: ['push'] })).toBe('kept');
  expect(hookVerdict(hook, null, { open: true })).toBe('add');
  expect(hookVerdict(hook, ['tag-push', 'push'], undefined)).toBe('right');
  expect(hookVerdict(hook, ['issues'], undefined)).toBe('kept');
  expect(hookVerdict(hook, ['issues'], { events: ['issues'] })).toBe('change');
});
