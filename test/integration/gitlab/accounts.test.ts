import { beforeEach, expect, test } from 'vitest';
import type { EmbeddedGitLab } from '../../../sandbox/gitlab.ts';
import type { TargetAccount } from '../../../src/model/accounts.ts';
import { targetOf } from '../../helpers/adapters.ts';
import { testServers } from '../../helpers/servers.ts';

let gitlab: EmbeddedGitLab;
beforeEach(async () => {
  ({ gitlab } = await testServers());
  gitlab.addUser({ username: 'jd', email: 'Jane@corp.example', publicEmail: 'jd@public.example' });
  gitlab.addUser({
    username: 'joe',
    email: 'joe@home.example',
    commitEmail: 'joe@commit.example',
    emails: [
      { address: 'Joe@corp.example', confirmed: true },
      { address: 'boss@corp.example', confirmed: false },
    ],
  });
  gitlab.addUser({ username: 'new', email: 'new@corp.example', confirmedAt: null });
  gitlab.addUser({ username: 'gone', email: 'gone@corp.example', state: 'blocked' });
});

/** What is found, and the questions that it took. */
async function look(
  usernames: readonly string[],
  mails: readonly string[],
  token?: string,
): Promise<{ found: Record<string, TargetAccount>; requests: string[] }> {
  const target = targetOf(gitlab, token);
  await target.connect();
  gitlab.server.requests.length = 0;
  const accounts = await target.survey(null).accounts({ usernames, mails });
  return {
    found: Object.fromEntries(accounts.map((account) => [account.username, account])),
    requests: gitlab.server.requests.map(({ url }) => decodeURIComponent(url.replace('/api/v4', ''))),
  };
}

const people = ['jane@corp.example', 'JOE@corp.example', 'boss@corp.example', 'new@corp.example'];

test('an administrator finds first, public, commit and confirmed further addresses, from one list', async () => {
  const { found, requests } = await look(['JD', 'nobody'], people);

  expect(found['jd']).toMatchObject({ email: 'Jane@corp.example', publicEmail: 'jd@public.example' });
  expect(found['joe']).toMatchObject({
    email: 'joe@home.example',
    commitEmail: 'joe@commit.example',
    furtherEmails: ['joe@corp.example'],
    confirmed: true,
  });
  expect(found['new']).toMatchObject({ confirmed: false });
  // Two addresses are nobody's in the list; as many searches find more than asking every account.
  expect(requests.filter((url) => url.startsWith('/users?order_by'))).toHaveLength(1);
  expect(requests.filter((url) => url.includes('search='))).toHaveLength(2);
  expect(requests).toHaveLength(4);
});

test('of few accounts each is asked for its further addresses, and of a few people each alone', async () => {
  for (const user of gitlab.context.state.users)
    if (user.username !== 'joe' && !user.admin) user.state = 'banned';
  const many = Array.from({ length: 6 }, (_, index) => `nobody-${index}@corp.example`);
  const all = await look([], [...many, 'joe@corp.example', 'boss@corp.example']);
  expect(all.found['joe']?.furtherEmails).toEqual(['joe@corp.example']);
  expect(all.requests.filter((url) => url.includes('search='))).toEqual([]);
  expect(all.requests).toHaveLength(1 + gitlab.context.state.users.length);

  const one = await look([], ['joe@corp.example']);
  expect(one.found['joe']?.furtherEmails).toEqual(['joe@corp.example']);
  expect(one.requests).toEqual([
    expect.stringContaining('/users?search=joe@corp.example') as string,
    expect.stringContaining('/emails?') as string,
  ]);
});

test('others find what is public, and themselves', async () => {
  const { found } = await look(['joe', 'gone'], [...people, 'jd@public.example'], gitlab.token('joe'));

  expect(found['gone']).toBeUndefined();
  expect(found['jd']).toMatchObject({ email: '', publicEmail: 'jd@public.example', providers: null });
  expect(found['joe']).toMatchObject({ email: 'joe@home.example', confirmed: true, furtherEmails: [] });
  expect(Object.values(found).filter(({ furtherEmails }) => furtherEmails.length > 0)).toEqual([]);
});
