import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply, emptyHistory, type History } from '../../../src/journal/history.ts';
import { isWrite, type RefChange } from '../../../src/model/plan.ts';
import { CodeData, writtenRefs, possibleIds, settled } from '../../../src/plan/known-refs.ts';
import { compareRefs } from '../../../src/plan/ref-proof.ts';
import { knownTo } from '../../../src/steps/step.ts';
import { refChange } from '../report/samples.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const main = 'refs/heads/main';
const code = { name: 'code', data: CodeData };
const no = { reason: 'GitLab says no', fix: 'rename it' };

function record(history: History, status: 'started' | 'done', data: object): void {
  const line = { v: 1, type: 'step', at: 't', run: 'r', item: 'team/one', step: 'code', status, data };
  apply(history, JSON.parse(JSON.stringify(line)) as Parameters<typeof apply>[1]);
}

function known(history: History): CodeData | null {
  return knownTo(code, history.items.get('team/one'));
}

function written(history: History, ref = main): string[] {
  return [...(writtenRefs(history.items.get('team/one')).get(ref) ?? [])];
}

function left(history: History): CodeData['left'] {
  return known(history)?.left;
}

/** What a run writes down before it sends these changes. */
function begin(history: History, changes: readonly RefChange[]): void {
  record(history, 'started', { refs: possibleIds(changes.filter(isWrite), known(history)) });
}

/** What it writes down after the answers; changes for which there is none arrived. */
function end(
  history: History,
  changes: readonly RefChange[],
  answers: Record<string, 'refused' | 'diverged'> = {},
  planned = changes,
): void {
  const refusals = new Map(Object.entries(answers).map(([ref, outcome]) => [ref, { outcome, ...no }]));
  record(history, 'done', settled({ refs: [...planned] }, { changes, refusals }, known(history)));
}

function put(target: Map<string, string>, ref: string, id: string | null): void {
  if (id === null) target.delete(ref);
  else target.set(ref, id);
}

describe('ids that are ours', () => {
  test('of a ref that is new its id is written down once, before the push', () => {
    const history = emptyHistory();
    const fresh = refChange({});
    begin(history, [fresh]);
    const none = { changes: [fresh], refusals: new Map() };
    expect(settled({ refs: [fresh] }, none, known(history))).toEqual({ refs: {}, left: {} });
    const later = refChange({ outcome: 'update', old: A, new: B });
    begin(history, [later]);
    const { refs } = settled({ refs: [later] }, { changes: [later], refusals: new Map() }, known(history));
    expect(refs).toEqual({ [main]: [B] });
  });

  test('between the start of a push and its end both may be on the target; afterwards only the one that was written', () => {
    const history = emptyHistory();
    const [first, second] = [refChange({}), refChange({ outcome: 'update', old: A, new: B })];
    begin(history, [first]);
    expect(written(history)).toEqual([A]);
    end(history, [first]);
    begin(history, [second]);
    expect(written(history)).toEqual([A, B]);
    end(history, [second], { [main]: 'refused' });
    expect(written(history)).toEqual([A, B]);
    end(history, [second]);
    expect(written(history)).toEqual([B]);
    const gone = refChange({ outcome: 'delete', old: B, new: null });
    begin(history, [gone]);
    expect(written(history)).toEqual([B]);
    end(history, [gone], { [main]: 'refused' });
    expect(written(history)).toEqual([B]);
    end(history, [gone]);
    expect(written(history)).toEqual([]);
  });

  test('for any pushes, answers and kills: what we put on the target is known as ours', () => {
    const push = fc.record({
      ref: fc.constantFrom(main, 'refs/tags/v1'),
      next: fc.constantFrom(A, B, C, null),
      answer: fc.constantFrom<'written' | 'refused' | 'diverged'>('written', 'refused', 'diverged'),
      killed: fc.constantFrom<'no' | 'before' | 'after'>('no', 'no', 'before', 'after'),
    });
    fc.assert(
      fc.property(fc.array(push, { maxLength: 12 }), (pushes) => {
        const history = emptyHistory();
        const target = new Map<string, string>();
        const ours = new Map<string, string[]>();
        for (const { ref, next, answer, killed } of pushes) {
          const old = target.get(ref) ?? null;
          if (old === next) continue;
          const write = old === null ? 'create' : 'update';
          const change = refChange({ ref, outcome: next === null ? 'delete' : write, old, new: next });
          begin(history, [change]);
          if (next !== null) ours.set(ref, [...new Set([...(ours.get(ref) ?? []), next])]);
          if (killed !== 'before' && answer === 'written') put(target, ref, next);
          if (killed === 'no') end(history, [change], answer === 'written' ? {} : { [ref]: answer });
          // Nothing is in doubt once the answer has come.
          if (killed === 'no' && answer === 'written') ours.set(ref, next === null ? [] : [next]);
          expect(written(history, ref)).toEqual(ours.get(ref) ?? []);
          for (const [each, id] of target) expect(written(history, each)).toContain(id);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('refs that were left', () => {
  test('are known with the id that was sent until the ref is written', () => {
    const history = emptyHistory();
    const changes = [refChange(), refChange({ ref: 'refs/heads/x' })];
    begin(history, changes);
    end(history, changes, { [main]: 'refused' });
    expect(left(history)).toEqual({ [main]: { id: A, outcome: 'refused', ...no } });
    end(history, [refChange({ new: B })], { [main]: 'diverged' });
    expect(left(history)).toEqual({ [main]: { id: B, outcome: 'diverged', ...no } });
    end(history, [refChange({ new: B })]);
    expect(left(history)).toEqual({});
  });

  test('are known without an id when they were to be deleted', () => {
    const history = emptyHistory();
    const gone = refChange({ outcome: 'delete', old: A, new: null });
    end(history, [gone], { [main]: 'refused' });
    expect(left(history)).toEqual({ [main]: { outcome: 'refused', ...no } });
    end(history, [refChange({ new: B })], { [main]: 'refused' });
    expect(left(history)).toEqual({ [main]: { id: B, outcome: 'refused', ...no } });
    end(history, [gone], { [main]: 'diverged' });
    expect(left(history)).toEqual({ [main]: { outcome: 'diverged', ...no } });
  });

  test('are not written down where the plan says it', () => {
    const history = emptyHistory();
    const plan = [refChange({ outcome: 'refused', ...no }), refChange({ ref: 'refs/heads/x' })];
    end(history, plan);
    expect(left(history)).toEqual({});
  });

  test.each([
    ['only a later try leaves it', refChange({})],
    ['the plan left another id', refChange({ outcome: 'refused', new: C, ...no })],
  ])('are explained to the proof when %s', (_, planned) => {
    const history = emptyHistory();
    const afresh = refChange({ outcome: 'diverged', old: B, ...no });
    end(history, [afresh], {}, [planned]);
    const check = compareRefs(
      { refs: new Map([[main, A]]), head: null },
      { refs: new Map([[main, B]]), head: null },
      { notes: true, changes: [planned], known: known(history) },
    );
    expect(check.state).toBe('diverged');
  });
});
