import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply, emptyHistory, type History } from '../../../src/journal/history.ts';
import { isWrite, type RefChange } from '../../../src/model/plan.ts';
import { possibleIds, settled } from '../../../src/plan/known-refs.ts';
import { knownTo } from '../../../src/steps/step.ts';
import { decidedUnseen, inDoubt, seenPatch, wikiRecords, type Data } from '../../../src/steps/wiki-parts.ts';
import { refChange } from '../report/samples.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const main = 'refs/heads/main';
const no = { reason: 'somebody edited it', fix: 'merge the two' };
type Answer = 'written' | 'refused' | 'diverged';

function record(history: History, status: 'started' | 'done', data: object): void {
  const line = { v: 1, type: 'step', at: 't', run: 'r', item: 'team/one', step: 'wiki', status, data };
  apply(history, JSON.parse(JSON.stringify(line)) as Parameters<typeof apply>[1]);
}

function known(history: History): Data | null {
  return knownTo(wikiRecords, history.items.get('team/one'));
}

function begin(history: History, changes: readonly RefChange[]): void {
  const writes = changes.filter(isWrite);
  record(history, 'started', { refs: possibleIds(writes, known(history)), arrived: inDoubt(writes) });
}

function end(history: History, changes: readonly RefChange[], answers: Record<string, Answer>): void {
  const refusals = new Map(
    Object.entries(answers).flatMap(([ref, outcome]) =>
      outcome === 'written' ? [] : [[ref, { outcome, ...no }] as const],
    ),
  );
  const before = known(history);
  const { refs, left } = settled({ refs: [...changes] }, { changes, refusals }, before);
  const seen = seenPatch(changes, refusals, before);
  record(history, 'done', { ...seen, refs, left: { ...seen.left, ...left } });
}

function unseen(history: History, id: string): string {
  const change = refChange({ ref: main, outcome: 'unchanged', old: id, new: id });
  return decidedUnseen([change], known(history))[0]?.outcome ?? '';
}

test('of a wiki that is off, only what GitLab took or showed is there', () => {
  const history = emptyHistory();
  const first = refChange({ ref: main });
  begin(history, [first]);
  expect(unseen(history, A)).toBe('create');
  end(history, [first], { [main]: 'written' });
  expect(unseen(history, A)).toBe('unchanged');
  const second = refChange({ ref: main, outcome: 'update', old: A, new: B });
  begin(history, [second]);
  expect([unseen(history, A), unseen(history, B)]).toEqual(['create', 'create']);
  end(history, [second], { [main]: 'diverged' });
  expect([unseen(history, A), unseen(history, B)]).toEqual(['create', 'diverged']);
  const there = refChange({ ref: main, outcome: 'unchanged', old: B, new: B });
  record(history, 'done', seenPatch([there], new Map(), known(history)));
  expect(unseen(history, B)).toBe('unchanged');
  const edited = refChange({ ref: main, outcome: 'diverged', old: C, new: B });
  record(history, 'done', seenPatch([edited], new Map(), known(history)));
  expect(unseen(history, B)).toBe('create');
});

test('for any pushes, answers, kills and edits that were seen: what has arrived is on GitLab', () => {
  const event = fc.record({
    ref: fc.constantFrom(main, 'refs/tags/v1'),
    next: fc.constantFrom(A, B, C, null),
    answer: fc.constantFrom<Answer>('written', 'refused', 'diverged'),
    killed: fc.constantFrom<'no' | 'before' | 'after'>('no', 'no', 'before', 'after'),
    edited: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const history = emptyHistory();
      const target = new Map<string, string>();
      for (const { ref, next, answer, killed, edited } of events) {
        const old = target.get(ref) ?? null;
        let sure: string | null = null;
        let isPush = false;
        if (edited && next !== null) {
          // Somebody else writes, and a run that means another id sees it.
          target.set(ref, next);
          const seen = refChange({ ref, outcome: 'diverged', old: next, new: old ?? C });
          if (seen.new !== next) record(history, 'done', seenPatch([seen], new Map(), known(history)));
        } else if (old === next) {
          if (next === null) continue;
          const same = refChange({ ref, outcome: 'unchanged', old, new: next });
          record(history, 'done', seenPatch([same], new Map(), known(history)));
        } else {
          const write = old === null ? 'create' : 'update';
          const change = refChange({ ref, outcome: next === null ? 'delete' : write, old, new: next });
          begin(history, [change]);
          if (killed !== 'before' && answer === 'written') {
            if (next === null) target.delete(ref);
            else target.set(ref, next);
          }
          if (killed === 'no') end(history, [change], { [ref]: answer });
          if (killed === 'no' && answer === 'written') sure = next;
          isPush = true;
        }
        const { arrived = {}, left = {} } = known(history) ?? {};
        const told = isPush ? (arrived[ref] ?? null) : null;
        expect(told).toBe(sure);
        for (const [each, id] of Object.entries(arrived)) {
          expect(target.get(each)).toBe(id);
          expect(left[each]?.id).not.toBe(id);
        }
      }
    }),
    { numRuns: 300 },
  );
});
