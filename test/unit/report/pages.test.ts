import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../src/model/result.ts';
import { addressesCsv } from '../../../src/report/addresses.ts';
import { renderPlanPage } from '../../../src/report/plan-page.ts';
import { renderHtml } from '../../../src/report/write.ts';
import { findBrowser, startBrowser, type Browser } from './browser.ts';
import {
  diverged,
  failed,
  group,
  moved,
  noticed,
  plan,
  plannedGroup,
  plannedProject,
  plannedRefs,
  project,
  refChange,
  refused,
  result,
  somePeople,
} from './samples.ts';

const browserName = findBrowser();
const owners = ['platform', 'payments', 'mobile-apps', 'data'];
const fortyFour = owners.flatMap((owner) => [
  group({ id: owner }),
  ...Array.from({ length: 11 }, (_, index) =>
    project({
      id: `${owner}/repository-${index}`,
      visibility: index % 2 === 0 ? { source: 'public', target: 'internal' } : samePrivate(),
    }),
  ),
]);
const stays = [
  { kind: 'pull-requests', count: 31 },
  { kind: 'issues', count: 1204 },
  { kind: 'webhooks', count: null },
] as const;
const blocked = project({
  id: 'payments/ledger',
  state: 'blocked',
  steps: [],
  target: { path: 'payments/ledger', id: null, url: null },
  problem: {
    code: 'path-taken',
    object: 'payments/ledger',
    message: 'It is taken.',
    fix: '"map": {"owners":{"payments":"pay"}}',
  },
});
const people: Result['people'] = [
  {
    login: 'alice',
    name: 'Alice Archer',
    account: 'alice.w',
    action: 'use',
    evidence: 'config',
    reasons: [],
    roles: [
      { at: 'payments', level: 50, proven: true },
      { at: 'platform/repository-1', level: 30, proven: false },
    ],
    missed: [],
  },
  {
    login: 'carol',
    name: '',
    account: null,
    action: 'ask',
    evidence: 'nothing',
    reasons: [],
    roles: [],
    missed: ['team/app'],
  },
];
const run = { stays: [...stays], uncounted: ['labels' as const], warnings: ['slow'] };
const decisions = result([...fortyFour, refused, diverged, blocked], run);
const verified = result(
  [group(), project({ steps: [moved({ ...noticed('CI'), bytes: 0, ms: 1, changed: false })] })],
  {
    command: 'verify',
  },
);

const refusedRef = refChange({
  ref: 'refs/heads/-x',
  outcome: 'refused',
  reason: 'GitLab says "invalid name"',
  fix: '"map": {"refs":{"team/odd":{"refs/heads/-x":"refs/heads/x"}}}',
});
const planned = plan(
  [plannedGroup({ fullPath: 'platform/team' })],
  [
    plannedProject('web', { losses: [...stays], reasons: ['because'] }),
    plannedProject('odd', { steps: [plannedRefs([refusedRef])] }),
    plannedProject('taken', {
      blocked: { code: 'path-taken', object: 'x', message: 'It is taken.', fix: '"map": {}' },
    }),
    ...Array.from({ length: 41 }, (_, index) => plannedProject(`repository-${index}`)),
  ],
  {
    problems: [{ code: 'unexpected', object: 'x/y', message: 'Broken.', fix: 'Repair it.' }],
    uncounted: ['labels'],
    warnings: ['slow'],
    leftOut: [{ object: 'team/dead', by: '--exclude team/dead', message: '' }],
    people: somePeople,
  },
);
const origin = {
  at: '2026-03-01T09:12:00.000Z',
  version: '1.2.3',
  command: 'gb2gl plan --all',
  targetUser: 'mover',
};
const pages = {
  green: renderHtml(result(fortyFour, { stays: [...stays] })),
  decisions: renderHtml(decisions),
  failed: renderHtml(
    result([group(), failed, refused, project({ id: 'platform/ci', steps: [noticed('CI')] })], {
      problems: [{ code: 'unexpected', object: 'dave', message: 'Broken.', fix: 'Repair it.' }],
      people,
    }),
  ),
  verify: renderHtml(verified),
  stopped: renderHtml(
    result([group(), ...['a', 'b'].map((id) => project({ id, state: 'interrupted', steps: [] }))], {
      interrupted: true,
    }),
  ),
  plan: renderPlanPage(planned, origin),
} as const;

function samePrivate(): { source: 'private'; target: 'private' } {
  return { source: 'private', target: 'private' };
}

describe.skipIf(browserName === null)('the pages in a real browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gb2gl-page-'));
    for (const [name, html] of Object.entries(pages)) await writeFile(fileOf(name), html);
    browser = await startBrowser(browserName ?? '');
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  const fileOf = (name: string): string => join(folder, `${name}.html`);
  const open = (name: string, width = 1280, dark = false): Promise<void> => {
    const [page = '', hash = ''] = name.split('#');
    return browser.open(`${pathToFileURL(fileOf(page)).href}#${hash}`, { width, height: 900, dark });
  };
  const texts = (selector: string): Promise<unknown> =>
    browser.evaluate(
      `Array.from(document.querySelectorAll(${JSON.stringify(selector)}), (one) => one.textContent)`,
    );

  const seen = [
    'green',
    'decisions#open=team/api',
    'failed#open=team/big',
    'verify#open=team/web',
    'plan#open=team/odd',
  ];

  it.each(
    seen.slice(1).flatMap(
      (name) =>
        [
          [name, 'light', 1280],
          [name, 'dark', 1280],
          [name, 'light', 360],
        ] as const,
    ),
  )('keep nobody out: %s (%s, %d px)', async (name, scheme, width) => {
    await open(name, width, scheme === 'dark');
    await browser.evaluate(axe.source);
    const found = await browser.evaluate(`axe.run({ resultTypes: ['violations'] }).then(
      ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
    expect(found).toEqual([]);
  });

  it.each(seen)('fit a narrow window without scrolling sideways: %s', async (name) => {
    await open(name, 360);
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(
      await browser.evaluate('document.documentElement.clientWidth'),
    );
  });

  it.each(['green', 'decisions', 'plan'])(
    'print 44 repositories on two or three sheets: %s',
    async (name) => {
      await open(name);
      const pdf = (await browser.print()).toString('latin1');
      expect([2, 3]).toContain(pdf.match(/\/Type\s*\/Page\b/g)?.length);
      // Paper has no button to show more.
      expect(await texts('.more')).toEqual([]);
    },
  );

  it.each([
    ['green', 'good', 'Everything selected is on GitLab and proven'],
    ['decisions', 'warn', '3 items need your decision'],
    ['failed', 'bad', '1 item failed, 1 object could not be read, 1 needs your decision'],
    ['verify', 'good', 'Everything selected is equal on both sides'],
    ['plan', 'bad', '1 object could not be read, 3 items need your decision'],
  ])('say at once how it stands: %s is %s', async (name, tone, title) => {
    await open(name);
    expect(await texts('h1')).toEqual([title]);
    expect(await browser.evaluate(`document.querySelector('.seal').className`)).toBe(`seal ${tone}`);
  });

  it('begin with what needs a decision, with its fix', async () => {
    await open('decisions');
    const cards = (await texts('main > section.card > h2')) as string[];
    expect(cards[0]).toBe('Needs your decision (3)');
    expect(await texts('.attention b')).toEqual(['payments/ledger', 'team/docs', 'team/api']);
    expect(await texts('.attention pre')).toEqual([
      '"map": {"owners":{"payments":"pay"}}',
      'git branch -m -- -x x',
    ]);
    const whole = { map: { owners: { payments: 'pay' } } };
    expect(await texts('main > .card:not(.attention) pre')).toEqual([JSON.stringify(whole, null, 2)]);
    await open('plan');
    expect(await texts('.attention h2')).toEqual(['Needs your decision (3)', 'Could not be read']);
    expect(((await texts('.card li')) as string[]).join()).toContain('team/dead');
  });

  it('tell in one line what a run that was stopped left', async () => {
    await open('stopped');
    expect(await texts('.attention li')).toEqual(['2 items were not begun or not finished.']);
  });

  it('tell how much is complete, who ran what, and what stays behind in numbers', async () => {
    await open('decisions');
    const tiles = (await texts('.tile')) as string[];
    expect(tiles.slice(0, 2)).toEqual(['93 %44 of 47 repositories complete', '98 %136 of 138 refs']);
    const facts = ((await texts('.pair .facts')) as string[]).join();
    for (const fact of ['gb2gl migrate --all', '1.2.3', 'read as administrator admin', 'written as root'])
      expect(facts).toContain(fact);
    expect(await texts('.numbers li')).toEqual(['31 pull requests', '1,204 issues', 'some webhooks']);
    expect(((await texts('.proof-note')) as string[]).join()).toContain('both servers were read afresh');
    await open('plan');
    const origins = ((await texts('.pair .facts')) as string[]).join();
    for (const fact of ['gb2gl plan --all', '1.2.3', 'read as administrator root', 'read as mover'])
      expect(origins).toContain(fact);
  });

  it('call what items noticed good to know, and a proof nothing that was written', async () => {
    await open('verify');
    expect(((await texts('.tile')) as string[]).join()).toMatch(/1 repository complete.*,1group,/);
    const facts = ((await texts('.pair .facts')) as string[]).join();
    expect(facts).toContain('GitLabread as root');
    const headings = (await texts('h2, h3')) as string[];
    expect(headings).toContain('Good to know');
    expect(headings).not.toContain('Warnings');
  });

  it('tell times by the clock of the reader', async () => {
    await open('verify');
    const offset = -Number(await browser.evaluate(`new Date('2026-03-01T10:03:04Z').getTimezoneOffset()`));
    const wall = new Date(Date.parse('2026-03-01T10:03:04Z') + offset * 60_000).toISOString();
    const facts = ((await texts('.pair .facts')) as string[]).join();
    expect(facts).toContain(`Finished${wall.slice(0, 10)} ${wall.slice(11, 19)} UTC`);
  });

  it('have no columns of zeros', async () => {
    await open('verify');
    expect(await texts('.list th')).toEqual(['State', 'Name', 'Visibility', 'Compared', 'Proof']);
    expect((await texts('.tile')) as string[]).not.toContain(expect.stringContaining('transferred'));
  });

  it('sum up every owner', async () => {
    await open('decisions');
    expect(await texts('.plain tr:nth-child(2) td')).toEqual(
      expect.arrayContaining(['payments', '12', '91 %', '33', '13.2 MB']),
    );
  });

  it('show the first addresses and offer them all as a file', async () => {
    await open('decisions');
    const shown = (): Promise<unknown> => texts('.flush:last-child tbody td:first-child');
    expect(await shown()).toHaveLength(10);
    await browser.evaluate(`document.querySelector('.flush:last-child .more').click()`);
    expect(await shown()).toHaveLength(47);
    expect(await texts('.flush:last-child tbody tr:last-child td')).toEqual([
      'https://gitbucket.example.com/payments/ledger',
      'not there yet',
      'private',
    ]);
    const name = await browser.save('.flush:last-child a[download]', folder);
    expect(name).toBe('addresses.csv');
    expect(await readFile(join(folder, name), 'utf8')).toBe(addressesCsv(decisions));
  });

  it('list a plan with what happens to every repository', async () => {
    await open('plan');
    expect(((await texts('.open-row')) as string[]).slice(0, 3)).toEqual([
      'team/taken',
      'team/odd',
      'team/repository-0',
    ]);
    await browser.evaluate(`document.querySelector('.chip[data-state=blocked]').click()`);
    expect(await texts('.open-row')).toEqual(['team/taken']);
    await open('plan#open=team%2Fodd&q=odd');
    expect(((await texts('.detail')) as string[]).join()).toContain('refused: GitLab says "invalid name"');
    expect(browser.complaints).toEqual([]);
  });
});
