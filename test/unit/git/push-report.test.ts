import { expect, test } from 'vitest';
import { remoteText } from '../../../src/git/errors.ts';
import { parsePushReport } from '../../../src/transfer/git-push.ts';

test('every line of git push --porcelain becomes the outcome of its ref', () => {
  const id = 'a'.repeat(40);
  const report = parsePushReport(
    [
      'To http://gitlab.example.com/team/one.git',
      `*\t${id}:refs/heads/new\t[new branch]`,
      `*\t${id}:refs/tags/v1\t[new tag]`,
      ` \t${id}:refs/heads/main\t1111111..2222222`,
      `+\t${id}:refs/heads/forced\t1111111...2222222 (forced update)`,
      '-\t:refs/heads/gone\t[deleted]',
      `=\t${id}:refs/heads/same\t[up to date]`,
      `!\t${id}:refs/heads/x\t[remote rejected] (pre-receive hook declined)`,
      `!\t${id}:refs/heads/moved\t[rejected] (stale info)`,
      `!\t${id}:refs/heads/odd(1)\t[remote rejected] (failed to update ref (twice))`,
      '!\t(delete):refs/heads/kept\t[remote rejected] (deletion of the current branch prohibited)',
      'Done',
      '',
    ].join('\n'),
  );

  expect([...report].filter(([, answer]) => answer === 'ok').map(([ref]) => ref)).toEqual([
    'refs/heads/new',
    'refs/tags/v1',
    'refs/heads/main',
    'refs/heads/forced',
    'refs/heads/gone',
    'refs/heads/same',
  ]);
  expect(Object.fromEntries([...report].filter(([, answer]) => answer !== 'ok'))).toEqual({
    'refs/heads/x': 'pre-receive hook declined',
    'refs/heads/moved': 'stale info',
    'refs/heads/odd(1)': 'failed to update ref (twice)',
    'refs/heads/kept': 'deletion of the current branch prohibited',
  });
});

test('text that is no report gives no outcome', () => {
  expect(parsePushReport('').size).toBe(0);
  expect(parsePushReport('fatal: nothing\tof\tthe kind\n').size).toBe(0);
});

test("the server's words are told without git's own chatter and progress", () => {
  const stderr = [
    'remote: Resolving deltas:  50% (1/2)\rremote: Resolving deltas: 100% (2/2), done.        ',
    'remote: GitLab: You are not allowed to force push code        ',
    'remote: to a protected branch on this project.        ',
    'error: failed to push some refs to http://gitlab.example.com/team/one.git',
  ].join('\n');
  expect(remoteText(stderr)).toBe(
    'GitLab: You are not allowed to force push code to a protected branch on this project.',
  );
});

test('without words of the server the reasons of git itself are told', () => {
  expect(
    remoteText(
      'error: RPC failed; HTTP 500\nfatal: the remote end hung up\nerror: failed to push some refs to x\n',
    ),
  ).toBe('RPC failed; HTTP 500; the remote end hung up');
  expect(remoteText('Everything is odd\n')).toBe('Everything is odd');
  expect(remoteText('')).toBe('no message');
});
