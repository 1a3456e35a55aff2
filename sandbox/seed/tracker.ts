import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addAttachment,
  addComment,
  addCommitComment,
  addIssue,
  addLabel,
  addMilestone,
  addRelease,
  setCustomField,
  type EmbeddedGitBucket,
} from '../gitbucket.ts';
import { simple } from './everyday.ts';
import { tellPayments, type PaymentsCommits } from './payments.ts';
import type { Shelf } from './shelf.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** A picture of one dot. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Issues, pull requests in every state, and releases (situations 40 to 51 of docs/servers/gitbucket.md), in three repositories. */
export async function seedTrackers(shelf: Shelf, gitbucket: EmbeddedGitBucket): Promise<void> {
  let commits: PaymentsCommits | undefined;
  shelf.add(
    'platform/payments',
    {
      situations: [41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51],
      what: 'issues and pull requests of all kinds',
    },
    { description: 'Takes money, and gives it back' },
    (story) => {
      commits = tellPayments(story);
    },
  );
  if (commits === undefined) throw new Error('platform/payments has no history');
  const at = shelf.nextTime();
  gitbucket.fork('platform', 'payments', 'bob', { createdAt: at, activityAt: at });
  shelf.note('bob/payments', { situations: [29, 49], what: 'fork from which a pull request comes' });
  addToFork(gitbucket.gitDir('bob', 'payments'), 'docs', commits.fork);
  await fillPayments(gitbucket, commits, at);

  shelf.add(
    'mobile/ios',
    { situations: [40, 51], what: 'more issues than fit on a page, a release' },
    {},
    (story) => simple(story, 'iOS', 3),
  );
  await fillIos(gitbucket, shelf.nextTime());
  await fillWebsite(gitbucket, shelf.nextTime());
}

/** A clone takes branches and tags, not the heads of pull requests; this branch is its own. */
function addToFork(gitDir: string, branch: string, commit: string): void {
  const file = join(gitDir, 'packed-refs');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !line.includes(' refs/pull/')).join('\n'));
  mkdirSync(join(gitDir, 'refs/heads'), { recursive: true });
  writeFileSync(join(gitDir, 'refs/heads', branch), `${commit}\n`);
}

async function fillPayments(
  { context }: EmbeddedGitBucket,
  commits: PaymentsCommits,
  begun: number,
): Promise<void> {
  const id = 'platform/payments';
  const time = (days: number, hours = 0): number => begun + days * DAY + hours * HOUR;
  addLabel(context, id, { name: 'area/api', color: '0e8a16' });
  addLabel(context, id, { name: 'needs review', color: 'fbca04' });
  const first = addMilestone(context, id, {
    title: '1.0',
    description: 'What the **shop** needs',
    closed: true,
  });
  const second = addMilestone(context, id, { title: 'Refunds & more', dueOn: '2021-06-30' });
  const screenshot = await addAttachment(context, id, 'checkout.png', DOT);
  const log = await addAttachment(context, id, 'täglich.log', Buffer.from('12:00 paid\n12:01 paid twice\n'));

  const paidTwice = addIssue(context, id, {
    title: 'Cards are charged twice',
    author: 'carol',
    body: `Seen in the shop:\n![checkout.png](${screenshot})\nThe log: [täglich.log](${log})\n\n1. pay\n2. press *back*\n3. pay again`,
    labels: ['bug', 'area/api'],
    assignees: ['alice', 'bob'],
    milestone: first.id,
    priority: 'highest',
    createdAt: time(0),
  });
  addComment(context, id, paidTwice.number, {
    author: 'bob',
    body: 'Same here.\nSince yesterday.',
    at: time(0, 2),
  });
  addComment(context, id, paidTwice.number, {
    author: 'alice',
    body: '@bob have a look at `src/pay.js`, @nobody.here knows more.\n\n- [x] found\n- [ ] fixed',
    at: time(0, 3),
  });
  addIssue(context, id, {
    title: 'Refunds 💶 for "odd" <b>amounts</b>',
    author: 'bob',
    body: 'See #1 and platform/website#1.\r\nNot in `#1`.',
    labels: ['enhancement'],
    milestone: second.id,
    priority: 'important',
    createdAt: time(1),
  });
  setCustomField(context, id, 2, { name: 'Customer', value: 'Elm & Sons' });

  /** The next number is a pull request, whose branch may be gone since. */
  function pull(
    title: string,
    more: Partial<Parameters<typeof addIssue>[2]>,
    { head, branch, base = commits.second, owner = 'platform', draft = false }: Proposal,
  ): number {
    const row = addIssue(context, id, {
      title,
      author: 'alice',
      ...more,
      pull: {
        baseBranch: 'main',
        baseSha: base,
        headOwner: owner,
        headName: 'payments',
        headBranch: branch,
        headSha: head,
        draft,
      },
    });
    return row.number;
  }
  function end(number: number, how: 'merge' | 'close', author: string, when: number, body = ''): void {
    if (how === 'merge') addComment(context, id, number, { author, body, action: 'merge', at: when });
    addComment(context, id, number, { author, body: 'Close', action: 'close', at: when });
    const row = context.state.tracker[id]?.issues.find((issue) => issue.number === number);
    if (row) row.closed = true;
  }

  const refunds = pull(
    'Give money back',
    {
      author: 'bob',
      body: 'Closes #2, see #1.',
      labels: ['needs review'],
      milestone: second.id,
      createdAt: time(2),
    },
    { head: commits.refunds, branch: 'feature/refunds' },
  );
  addComment(context, id, refunds, { author: 'alice', body: ':+1: but see my remarks', at: time(2, 5) });
  end(refunds, 'merge', 'alice', time(3), 'Merge pull request #3 from platform/feature/refunds');
  end(2, 'close', 'alice', time(3));
  addComment(context, id, 2, {
    author: 'alice',
    body: `Give money back ${commits.merged}`,
    action: 'commit',
    at: time(3),
  });
  addIssue(context, id, {
    title: 'Which currency?',
    author: 'dave',
    labels: ['question'],
    createdAt: time(4),
    closed: true,
    closedBy: 'alice',
    closedAt: time(5),
  });
  const rounding = pull(
    'Round cents',
    { body: 'closes #1', createdAt: time(5) },
    { head: commits.rounding, branch: 'feature/rounding', base: commits.merged },
  );
  end(rounding, 'merge', 'bob', time(6), 'Round cents, squashed');
  end(1, 'close', 'bob', time(6));
  const timeout = pull(
    'Wait longer',
    { author: 'bob', createdAt: time(6) },
    { head: commits.timeout, branch: 'fix/timeout', base: commits.merged },
  );
  end(timeout, 'merge', 'bob', time(7), 'Wait longer, rebased');
  const coins = pull(
    'Take crypto coins',
    { author: 'dave', body: 'What do you think?', createdAt: time(7) },
    { head: commits.coins, branch: 'wip/coins' },
  );
  addComment(context, id, coins, { author: 'alice', body: 'No.', action: 'close_comment', at: time(7, 1) });
  end(coins, 'close', 'alice', time(7, 1));
  const webhooks = pull(
    'Call webhooks',
    {
      assignees: ['bob'],
      labels: ['enhancement'],
      milestone: second.id,
      priority: 'high',
      createdAt: time(8),
    },
    { head: commits.webhooks, branch: 'feature/webhooks', base: commits.latest },
  );
  const line = { sha: commits.webhooks, issue: webhooks, file: 'src/webhooks.js', newLine: 2 };
  addCommitComment(context, id, { ...line, author: 'bob', body: 'What if nobody answers?', at: time(8, 2) });
  addCommitComment(context, id, { ...line, author: 'alice', body: 'Then it tries again.', at: time(8, 3) });
  pull(
    'Apple Pay',
    { createdAt: time(9) },
    { head: commits.applePay, branch: 'feature/apple-pay', base: commits.latest, draft: true },
  );
  pull(
    'Explain how to pay',
    { author: 'bob', body: 'From my fork.', createdAt: time(10) },
    { head: commits.fork, branch: 'docs', base: commits.latest, owner: 'bob' },
  );
  addCommitComment(context, id, {
    sha: commits.second,
    author: 'dave',
    body: 'This is where it began.',
    at: time(10, 1),
  });
  await addRelease(context, id, {
    tag: 'v1.0.0',
    name: 'Payments 1.0',
    body: 'Refunds (#3)\nand rounding (#5).',
    author: 'alice',
    createdAt: time(7),
    assets: [
      { name: 'payments 1.0.zip', bytes: Buffer.from('not really a zip\n'.repeat(400)) },
      { name: 'checksums.txt', bytes: Buffer.from('payments 1.0.zip\n') },
    ],
  });
}

type Proposal = { head: string; branch: string; base?: string; owner?: string; draft?: boolean };

async function fillIos({ context }: EmbeddedGitBucket, begun: number): Promise<void> {
  for (let number = 1; number <= 27; number += 1)
    addIssue(context, 'mobile/ios', {
      title: `Crash report ${number}`,
      author: number % 5 === 0 ? 'carol' : 'bob',
      body: number === 1 ? '' : `Like #${number - 1}.`,
      labels: number % 3 === 0 ? ['bug'] : [],
      createdAt: begun + number * HOUR,
      closed: number % 4 === 0,
      closedAt: begun + number * HOUR + DAY,
    });
  await addRelease(context, 'mobile/ios', { tag: 'v1.0.0', author: 'bob', createdAt: begun + 2 * DAY });
}

async function fillWebsite({ context }: EmbeddedGitBucket, begun: number): Promise<void> {
  addIssue(context, 'platform/website', {
    title: 'Say that refunds are possible',
    author: 'bob',
    body: 'Needs platform/payments#2.',
    createdAt: begun,
  });
  await addRelease(context, 'platform/website', {
    tag: 'v1.0.0',
    name: 'Website 1.0',
    author: 'alice',
    createdAt: begun,
    assets: [{ name: 'site.tar.gz', bytes: Buffer.from('not really a tar\n') }],
  });
}
