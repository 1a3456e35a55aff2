import type { Person, Story } from './story.ts';
import type { Files } from './tree.ts';

const BOB: Person = { name: 'Bob Baker', email: 'bob@example.com' };
const DAVE: Person = { name: 'Dave Dahl', email: 'dave@example.com' };

/** Commits of `platform/payments` by what they are for its pull requests. */
export type PaymentsCommits = Readonly<
  Record<
    | 'second'
    | 'refunds'
    | 'merged'
    | 'rounding'
    | 'timeout'
    | 'latest'
    | 'coins'
    | 'webhooks'
    | 'applePay'
    | 'fork',
    string
  >
>;

/**
 * A history with pull requests merged by a merge commit, squashed and rebased, whose branches are partly gone: GitBucket
 * keeps `refs/pull/<n>/head` of each.
 */
export function tellPayments(story: Story): PaymentsCommits {
  const base: Files = {
    'README.md': '# Payments\n',
    'src/pay.js': 'export function pay(amount) {\n  return amount;\n}\n',
  };
  const first = story.commit({ message: 'Initial commit', files: { 'README.md': '# Payments\n' } });
  const second = story.commit({ message: 'Take money', files: base, parents: [first] });

  const withRefunds = { ...base, 'src/refund.js': 'export function refund() {}\n' };
  const refunds = story.commit({
    message: 'Give money back',
    files: withRefunds,
    parents: [second],
    author: BOB,
  });
  const merged = story.commit({
    message: 'Merge pull request #3 from platform/feature/refunds\n\nGive money back\n\nCloses #2',
    files: withRefunds,
    parents: [second, refunds],
  });

  const half = { ...withRefunds, 'src/round.js': 'export const round = Math.ceil;\n' };
  const halfway = story.commit({ message: 'Round up', files: half, parents: [merged] });
  const withRounding = { ...withRefunds, 'src/round.js': 'export const round = Math.round;\n' };
  const rounding = story.commit({ message: 'Round properly', files: withRounding, parents: [halfway] });
  const squashed = story.commit({ message: 'Round cents (#5)', files: withRounding, parents: [merged] });

  const longer = { 'src/timeout.js': 'export const seconds = 60;\n' };
  const waiting = { message: 'Wait longer', author: BOB };
  const timeout = story.commit({ ...waiting, files: { ...withRefunds, ...longer }, parents: [merged] });
  const withTimeout = { ...withRounding, ...longer };
  const latest = story.commit({ ...waiting, files: withTimeout, parents: [squashed] });

  const coins = story.commit({
    message: 'Take coins',
    files: { ...base, 'src/coins.js': 'export const coins = [];\n' },
    parents: [second],
    author: DAVE,
  });
  const calls = 'export function call(url) {\n  return fetch(url);\n}\n';
  const webhooks = story.commit({
    message: 'Call webhooks',
    files: { ...withTimeout, 'src/webhooks.js': calls },
    parents: [latest],
  });
  const applePay = story.commit({
    message: 'Begin with Apple Pay',
    files: { ...withTimeout, 'src/apple.js': '// soon\n' },
    parents: [latest],
  });
  const fork = story.commit({
    message: 'Explain how to pay',
    files: { ...withTimeout, 'README.md': '# Payments\n\nPay, then wait.\n' },
    parents: [latest],
    author: BOB,
  });

  story.branch('main', latest);
  story.branch('feature/refunds', refunds);
  story.branch('feature/webhooks', webhooks);
  story.branch('feature/apple-pay', applePay);
  story.tag({ name: 'v1.0.0', target: latest, message: 'Payments 1.0' });
  const heads = { 3: refunds, 5: rounding, 6: timeout, 7: coins, 8: webhooks, 9: applePay, 10: fork };
  for (const [number, head] of Object.entries(heads)) story.ref(`refs/pull/${number}/head`, head);
  return { second, refunds, merged, rounding, timeout, latest, coins, webhooks, applePay, fork };
}
