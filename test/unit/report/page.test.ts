import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/report/write.ts';
import { findBrowser, startBrowser, type Browser } from './browser.ts';
import { diverged, failed, group, moved, noticed, project, refused, result } from './samples.ts';

const wide = { width: 1280, height: 900 };
const narrow = { width: 400, height: 800 };
const evil = '</script><img src=x onerror="document.title=1"><!--';
const browserName = findBrowser();

const items = [
  group(),
  project({ id: 'team/web', steps: [noticed(evil)] }),
  project({ id: `team/${evil}`, target: { path: evil, id: 1, url: 'javascript:document.title=1' } }),
  project({
    id: `team/${'long-name-'.repeat(12)}`,
    steps: [moved({ ms: 9000, bytes: 5 })],
  }),
  refused,
  diverged,
  failed,
  ...Array.from({ length: 300 }, (_, index) => project({ id: `many/r${index}` })),
];

describe.skipIf(browserName === null)('HTML report in a real browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gb2gl-page-'));
    const file = join(folder, 'report.html');
    await writeFile(file, renderHtml(result(items, { warnings: [evil] })));
    url = pathToFileURL(file).href;
    browser = await startBrowser(browserName ?? '');
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  const names = (): Promise<unknown> =>
    browser.evaluate(`Array.from(document.querySelectorAll('.open-row'), (one) => one.textContent)`);
  const text = (selector: string): Promise<unknown> =>
    browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  const click = (selector: string): Promise<unknown> =>
    browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);

  it('loads nothing but itself, and breaks no rule of its own policy', async () => {
    browser.requests.length = 0;
    await browser.open(url, wide);
    expect(await text('h1')).toBe('1 item failed, 2 need your decision');
    expect(browser.requests.filter((request) => request !== 'about:blank')).toEqual([url]);
    expect(browser.complaints).toEqual([]);
  });

  it('shows names and texts as they are, and makes no link of an unsafe address', async () => {
    await browser.open(`${url}#open=${encodeURIComponent(`team/${evil}`)}&q=img`, wide);
    expect(await names()).toEqual([`team/${evil}`]);
    expect(await browser.evaluate('document.title')).toBe('Migration from GitBucket to GitLab');
    expect(await browser.evaluate(`document.querySelectorAll('img').length`)).toBe(0);
    expect(await browser.evaluate(`document.querySelectorAll('a[href^=javascript]').length`)).toBe(0);
    expect(await text('.detail .facts dd:nth-of-type(2)')).toBe(evil);
  });

  it('begins with what needs a human, and shows more on demand', async () => {
    await browser.open(url, wide);
    const shown = (await names()) as string[];
    expect(shown.slice(0, 3)).toEqual(['team/big', 'team/docs', 'team/api']);
    expect(shown).toHaveLength(200);
    await click('.foot button');
    expect(await names()).toHaveLength(307);
    expect(await text('.foot')).toBe('307 of 307 shown');
  });

  it('filters by state and searches by every word', async () => {
    await browser.open(url, wide);
    await click('.chip[data-state=refused]');
    expect(await names()).toEqual(['team/api']);
    expect(await browser.evaluate('location.hash')).toContain('state=refused');
    await click('.chip[data-state=""]');
    await browser.evaluate(`{
      const search = document.querySelector('input[type=search]');
      search.value = 'MANY r29';
      search.dispatchEvent(new Event('input'));
    }`);
    expect(((await names()) as string[]).length).toBe(11);
    expect(await browser.evaluate(`document.querySelectorAll('[aria-pressed=true]').length`)).toBe(1);
  });

  it('sorts by a column, and the other way round', async () => {
    await browser.open(`${url}#q=team`, wide);
    await click('th.col-time button');
    expect(((await names()) as string[])[0]).toMatch(/long-name/);
    expect(await browser.evaluate(`document.querySelector('[aria-sort]').getAttribute('aria-sort')`)).toBe(
      'descending',
    );
    await click('th.col-time button');
    expect(((await names()) as string[])[0]).toBe('team');
  });

  it('opens and closes the details of a row', async () => {
    await browser.open(`${url}#state=refused`, wide);
    await click('.open-row');
    expect(await text('.detail .remark code')).toBe('refs/heads/-x');
    expect(await text('.detail .fix pre')).toBe('git branch -m -- -x x');
    expect(await text('.detail')).toContain('c'.repeat(64));
    expect(await browser.evaluate(`document.querySelector('.open-row').getAttribute('aria-expanded')`)).toBe(
      'true',
    );
    await click('.row');
    expect(await browser.evaluate(`document.querySelectorAll('.detail').length`)).toBe(0);
  });

  it('offers no sentence to be copied', async () => {
    const fix = 'push it again from a clone';
    const differences = [{ code: 'x-refused', object: 'a', message: 'It is missing.', fix }];
    const check = { state: 'refused' as const, compared: 1, hash: null, differences };
    const item = project({ id: 'team/prose', state: 'refused', steps: [moved({ state: 'refused', check })] });
    const file = join(folder, 'prose.html');
    await writeFile(file, renderHtml(result([item])));
    await browser.open(pathToFileURL(file).href, wide);
    expect(await text('body')).toContain(`→ ${fix}`);
    expect(await browser.evaluate(`document.querySelectorAll('.fix').length`)).toBe(0);
  });

  it.each([
    ['wide', wide],
    ['narrow', narrow],
  ])('fits a %s window without scrolling sideways', async (_name, size) => {
    await browser.open(`${url}#open=team%2Fapi`, size);
    const room = await browser.evaluate('document.documentElement.clientWidth');
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(room);
    const right = await browser.evaluate(`Math.max(...Array.from(
      document.querySelectorAll('.row td, .detail section, .card, .tile, svg'),
      (one) => one.getBoundingClientRect().right))`);
    expect(right).toBeLessThanOrEqual(Number(room));
  });

  it('is light or dark as the reader likes it', async () => {
    const background = `getComputedStyle(document.body).backgroundColor`;
    await browser.open(url, { ...wide, dark: false });
    const light = await browser.evaluate(background);
    await browser.open(url, { ...wide, dark: true });
    expect(await browser.evaluate(background)).not.toBe(light);
  });
});
