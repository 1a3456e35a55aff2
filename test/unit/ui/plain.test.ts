import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/model/events.ts';
import { createPlain } from '../../../src/ui/terminal.ts';
import { failed, project } from '../report/samples.ts';

type Told = { events: { at: number; event: RunEvent }[]; verbose?: boolean; quiet?: boolean };

function tell({ events, verbose = false, quiet = false }: Told): string[] {
  const written: string[] = [];
  let time = 0;
  const write = (text: string): void => void written.push(text);
  const handle = createPlain({
    write,
    alarm: (text) => write(`\ngb2gl: ${text}\n`),
    now: () => time,
    verbose,
    quiet,
  });
  for (const { at, event } of events) {
    time = at;
    handle(event);
  }
  return written.join('').split('\n').slice(0, -1);
}

const run: Told['events'] = [
  { at: 0, event: { type: 'phase', phase: 'repositories', total: 3 } },
  { at: 0, event: { type: 'item-started', id: 'team/web' } },
  { at: 500, event: { type: 'item-step', id: 'team/web', step: 'code' } },
  { at: 1000, event: { type: 'item-retry', id: 'team/web', reason: 'HTTP 502', waitMs: 2000 } },
  { at: 2000, event: { type: 'item-finished', result: project() } },
  { at: 3000, event: { type: 'item-finished', result: failed } },
  { at: 3500, event: { type: 'pause', server: 'target', reason: 'HTTP 429', waitMs: 30_000 } },
  { at: 4000, event: { type: 'warning', message: 'a\u001B[2Jb' } },
  { at: 4500, event: { type: 'item-finished', result: project({ id: 'team/same', changed: false }) } },
  { at: 5000, event: { type: 'phase-done', phase: 'repositories', summary: '3 looked at' } },
];

describe('plain output', () => {
  it('has one line with the time for each thing that is over', () => {
    expect(tell({ events: run })).toEqual([
      '1970-01-01T00:00:00Z Repositories (3)',
      '1970-01-01T00:00:02Z 1/3 team/web: proven, 3 refs, 1.2 MB, 1.0 s',
      '1970-01-01T00:00:03Z 2/3 team/big: failed, 3 refs, 1.2 MB, 1.0 s',
      '1970-01-01T00:00:03Z team/big: The connection broke. Run it again.',
      '1970-01-01T00:00:03Z pausing requests to GitLab for 30 s: HTTP 429',
      '1970-01-01T00:00:04Z warning: a\uFFFD[2Jb',
      '1970-01-01T00:00:04Z 3/3 team/same: proven, nothing to do, 1.0 s',
      '1970-01-01T00:00:05Z Repositories: 3 looked at',
    ]);
  });

  it('tells steps and retries when it is verbose', () => {
    const lines = tell({ events: run, verbose: true });
    expect(lines).toContain('1970-01-01T00:00:00Z team/web: code');
    expect(lines).toContain('1970-01-01T00:00:01Z team/web: retrying in 2.0 s: HTTP 502');
  });

  it('tells nothing when it is quiet, except that it stops', () => {
    const stop: Told['events'][number] = { at: 6000, event: { type: 'stopping', finishing: true } };
    expect(tell({ events: [...run, stop], quiet: true })).toEqual(['', 'gb2gl: stopping']);
  });

  it('tells at once that it stops and what is under way, and lists nothing that was not begun', () => {
    const waiting = project({ id: 'team/waiting', state: 'interrupted', steps: [] });
    const events: Told['events'] = [
      { at: 0, event: { type: 'phase', phase: 'repositories', total: 3 } },
      { at: 0, event: { type: 'item-started', id: 'team/web' } },
      { at: 0, event: { type: 'item-started', id: 'team/big' } },
      { at: 0, event: { type: 'stopping', finishing: true } },
      { at: 0, event: { type: 'item-finished', result: waiting } },
      { at: 0, event: { type: 'item-finished', result: project() } },
      { at: 0, event: { type: 'stopping', finishing: false } },
    ];
    expect(tell({ events })).toEqual([
      '1970-01-01T00:00:00Z Repositories (3)',
      '',
      'gb2gl: stopping, 2 under way; press Ctrl-C again to abandon them',
      '1970-01-01T00:00:00Z 1/3 team/web: proven, 3 refs, 1.2 MB, 1.0 s',
      '',
      'gb2gl: stopping at once',
    ]);
    expect(tell({ events, verbose: true }).join('\n')).toContain('team/waiting: interrupted');
  });

  it('counts at most every ten seconds, with bytes, rate and time left', () => {
    const events: Told['events'] = [{ at: 0, event: { type: 'phase', phase: 'repositories', total: 100 } }];
    for (let index = 1; index <= 40; index += 1) {
      events.push({
        at: index * 1000,
        event: { type: 'item-finished', result: project({ id: `t/${index}` }) },
      });
    }
    const counters = tell({ events }).filter((line) => line.includes('/s'));
    expect(counters).toHaveLength(4);
    expect(counters[0]).toBe('1970-01-01T00:00:10Z 10/100 · 12.0 MB · 1.2 MB/s · about 2 min left');
    expect(counters.at(-1)).toBe('1970-01-01T00:00:40Z 40/100 · 48.0 MB · 1.2 MB/s · about 1 min left');
  });
});
