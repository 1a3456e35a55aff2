import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import { displayWidth } from '../../../src/text/lines.ts';
import { createLive, type Live } from '../../../src/ui/live.ts';
import { createSlots } from '../../../src/ui/slots.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { failed, project } from '../report/samples.ts';

const repaintMs = 100;

type Screen = { live: Live; chunks: string[]; text: () => string };

function screen(columns = 80): Screen {
  const chunks: string[] = [];
  const open = (): NodeJS.WriteStream => {
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        chunks.push(String(chunk));
        done();
      },
    });
    return Object.assign(stream, { isTTY: true, columns, rows: 30 }) as unknown as NodeJS.WriteStream;
  };
  const live = createLive({
    stdout: open(),
    stderr: open(),
    columns: () => columns,
    now: Date.now,
    slots: 3,
    palette: createPalette(false),
  });
  return { live, chunks, text: () => stripVTControlCharacters(chunks.join('')) };
}

/** The last picture, which stays on the screen. */
function lastPicture(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.slice(lines.findLastIndex((line) => line.includes('Connect'))).filter((line) => line !== '');
}

function tellAll(live: Live, events: readonly RunEvent[]): void {
  for (const event of events) live.handle(event);
}

const connected: RunEvent[] = [
  { type: 'phase', phase: 'connect', total: 0 },
  { type: 'phase-done', phase: 'connect', summary: 'GitLab 19.2.1' },
];

describe('live output', () => {
  it('leaves the phases that took place on the screen, with what they found', async () => {
    const { live, text } = screen();
    tellAll(live, connected);
    live.handle({ type: 'phase', phase: 'repositories', total: 1 });
    live.handle({ type: 'item-finished', result: project() });
    live.handle({ type: 'phase-done', phase: 'repositories', summary: '1 proven' });
    await live.stop();
    await live.stop();
    expect(lastPicture(text())).toEqual([
      '✔ Connect to both servers: GitLab 19.2.1',
      '✔ Repositories: 1 proven',
    ]);
  });

  it('shows a phase that only some runs have once it begins', async () => {
    const { live, text } = screen();
    tellAll(live, connected);
    await expect.poll(text).toContain('Groups');
    expect(text()).not.toContain('Inspect objects');
    for (const phase of ['discover', 'plan'] as const) {
      live.handle({ type: 'phase', phase, total: 0 });
      live.handle({ type: 'phase-done', phase, summary: '' });
    }
    live.handle({ type: 'phase', phase: 'inspect', total: 3 });
    live.handle({ type: 'phase-progress', phase: 'inspect', done: 1, total: 3, detail: 'team/a check 40 %' });
    await expect.poll(text).toContain('Inspect objects 1/3: team/a check 40 %');
    live.handle({ type: 'phase-done', phase: 'inspect', summary: '2 findings' });
    await live.stop();
    expect(lastPicture(text())).toContain('✔ Inspect objects: 2 findings');
  });

  it('shows the items at work in a fixed number of lines, and the counter', async () => {
    const { live, text } = screen();
    tellAll(live, connected);
    for (const phase of ['discover', 'plan', 'groups'] as const) {
      live.handle({ type: 'phase', phase, total: 0 });
      live.handle({ type: 'phase-done', phase, summary: '' });
    }
    live.handle({ type: 'phase', phase: 'repositories', total: 20 });
    live.handle({ type: 'item-finished', result: failed });
    for (const name of ['a', 'b', 'c', 'd', 'e']) live.handle({ type: 'item-started', id: `team/${name}` });
    live.handle({ type: 'item-progress', id: 'team/a', stage: 'sending', percent: 45, bytes: 12_000_000 });
    live.handle({ type: 'warning', message: 'GitLab is slow' });
    await expect.poll(text).toMatch(/Repositories {2}1\/20 · 13\.2 MB.* · 1 failed/);
    await expect.poll(text).toMatch(/team\/a {2}sending 45 % 12\.0 MB/);
    await expect.poll(text).toMatch(/team\/b {2}starting/);
    await expect.poll(text).toContain('and 3 more items in progress');
    await expect.poll(text).toContain('warning: GitLab is slow');
    await live.stop();
    expect(lastPicture(text()).at(-1)).toMatch(/Repositories {2}1\/20 .* · interrupted$/);
  });

  it('tells at once that it stops and what is under way, also where the end of the line is cut off', async () => {
    const { live, text } = screen(70);
    tellAll(live, connected);
    live.handle({ type: 'phase', phase: 'repositories', total: 20 });
    for (const name of ['a', 'b']) live.handle({ type: 'item-started', id: `team/${name}` });
    live.handle({ type: 'item-finished', result: project() });
    live.handle({
      type: 'item-finished',
      result: project({ id: 'team/c', state: 'interrupted', steps: [] }),
    });
    live.handle({ type: 'stopping', finishing: true });
    await expect.poll(text).toContain('stopping, 2 under way; press Ctrl-C again to abandon them');
    live.handle({ type: 'stopping', finishing: false });
    await expect.poll(text).toMatch(/stopping at once · Repositories {2}1\/20 /);
    await live.stop();
    expect(lastPicture(text()).at(-1)).toMatch(/^. Repositories {2}1\/20 .* · interrupted$/);
  });

  it('gives no tick to a phase that was interrupted, and goes on to the report', async () => {
    const { live, text } = screen();
    tellAll(live, connected);
    live.handle({ type: 'phase', phase: 'repositories', total: 3 });
    await expect.poll(text).toContain('idle');
    live.handle({ type: 'item-finished', result: project() });
    for (const phase of ['repositories', 'finish'] as const) {
      if (phase === 'finish') live.handle({ type: 'phase', phase, total: 1 });
      live.handle({ type: 'phase-done', phase, summary: 'interrupted', interrupted: true });
    }
    live.handle({ type: 'phase', phase: 'report', total: 0 });
    live.handle({ type: 'phase-done', phase: 'report', summary: 'reports/latest' });
    await live.stop();
    const [connect, repositories, finish, report, ...more] = lastPicture(text());
    expect(connect).toMatch(/^✔ Connect/);
    expect(repositories).toMatch(/^[^✔] Repositories {2}1\/3 .*· interrupted$/);
    expect(finish).toMatch(/^[^✔] Finish · interrupted$/);
    expect(report).toBe('✔ Report: reports/latest');
    expect(more).toEqual([]);
  });

  it('begins with the phase that comes first, whatever an earlier picture has shown', async () => {
    const { live, text } = screen();
    live.handle({ type: 'phase', phase: 'groups', total: 1 });
    await expect.poll(text).toContain('Groups  0/1');
    live.handle({ type: 'phase-done', phase: 'groups', summary: '1 of 1 ready' });
    live.handle({ type: 'phase', phase: 'repositories', total: 2 });
    await expect.poll(text).toContain('Repositories  0/2');
    live.handle({ type: 'phase-done', phase: 'repositories', summary: '2 of 2 proven' });
    live.handle({ type: 'phase', phase: 'finish', total: 1 });
    await expect.poll(text).toContain('Finish');
    await live.stop();
    expect(text()).not.toContain('Connect');
  });

  it('paints at most ten times a second, however much happens', async () => {
    const { live, chunks } = screen();
    tellAll(live, connected);
    live.handle({ type: 'phase', phase: 'discover', total: 0 });
    await expect.poll(() => chunks.join('')).toContain('Read GitBucket');
    const before = chunks.length;
    const begun = Date.now();
    for (let done = 1; done <= 300; done += 1) {
      live.handle({ type: 'phase-progress', phase: 'discover', done, total: 9_999_999 });
      await sleep(1);
    }
    const repaints = (Date.now() - begun) / repaintMs;
    expect(repaints).toBeGreaterThan(2);
    expect(chunks.length - before).toBeLessThanOrEqual(repaints + 3);
    await live.stop();
  });

  it('keeps to the width of a narrow terminal', async () => {
    const { live, text } = screen(40);
    tellAll(live, connected);
    live.handle({ type: 'phase', phase: 'discover', total: 9 });
    live.handle({ type: 'phase-progress', phase: 'discover', done: 1, total: 9, detail: '日本'.repeat(40) });
    await expect.poll(text).toContain('…');
    await live.stop();
    for (const line of text().split('\n')) expect(displayWidth(line.trimEnd())).toBeLessThanOrEqual(40);
  });

  it('listens to no signal', async () => {
    const before = process.listenerCount('SIGINT');
    const { live } = screen();
    tellAll(live, connected);
    expect(process.listenerCount('SIGINT')).toBe(before);
    await live.stop();
  });
});

describe('slots', () => {
  it('give a free line to an item that waits for one', () => {
    const slots = createSlots(1);
    slots.handle({ type: 'item-started', id: 'a/1' });
    slots.handle({ type: 'item-started', id: 'a/2' });
    slots.handle({ type: 'item-step', id: 'a/2', step: 'code' });
    slots.handle({ type: 'item-finished', result: project({ id: 'a/1' }) });
    expect(slots.lines(40)).toEqual(['a/2  code']);
    slots.handle({ type: 'item-finished', result: project({ id: 'a/2' }) });
    expect(slots.lines(40)).toEqual(['idle']);
  });

  it('cut a long name rather than what happens to it', () => {
    const slots = createSlots(1);
    slots.handle({ type: 'item-started', id: `team/${'x'.repeat(80)}` });
    slots.handle({ type: 'item-retry', id: `team/${'x'.repeat(80)}`, reason: 'HTTP 502', waitMs: 1000 });
    expect(slots.lines(60)).toEqual([`team/${'x'.repeat(25)}…  retrying in 1.0 s: HTTP 502`]);
  });
});
