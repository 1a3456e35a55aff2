import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  blockedResult,
  emptyResult,
  failedStep,
  itemResult,
  stepResult,
} from '../../../src/engine/results.ts';
import { fetchFailed } from '../../../src/failures/git.ts';
import { groupMissing } from '../../../src/failures/target.ts';
import { interruption, planDrifted } from '../../../src/failures/usage.ts';
import { ItemState, worstOf } from '../../../src/model/plan.ts';
import type { Notice } from '../../../src/model/notice.ts';
import type { Check, ItemResult, Result, StepResult } from '../../../src/model/result.ts';
import { buildResult } from '../../../src/report/result.ts';
import { moved, plannedProject, plannedRefs, refChange } from '../report/samples.ts';

/** The order in which states are worse than each other. */
const states = ['proven', 'refused', 'diverged', 'drifted', 'blocked', 'interrupted', 'failed'] as const;
const item = plannedProject('app');
const planned = plannedRefs([refChange()]);

function check(part: Partial<Check> = {}): Check {
  return { state: 'proven', compared: 1, hash: null, differences: [], ...part };
}

function difference(code: string, fix = ''): Notice {
  return { code, object: 'refs/heads/main', message: `${code} it is`, fix };
}

function stepOf(state: ItemState): StepResult {
  return moved({ state, check: check({ state }) });
}

function itemOf(...steps: StepResult[]): ItemResult {
  return itemResult(item, steps, null);
}

function exitCodeOf(items: ItemResult[], part: { problems?: Notice[]; interrupted?: boolean } = {}): number {
  return resultOf(items, part).exitCode;
}

function resultOf(items: ItemResult[], part: { problems?: Notice[]; interrupted?: boolean } = {}): Result {
  const at = new Date('2026-01-02T03:04:05Z');
  const servers = {
    gb2gl: { version: '1', command: 'gb2gl migrate' },
    source: { url: 'http://s', view: 'administrator' as const, user: 'root' },
    target: { url: 'http://t', version: '1', user: 'b' },
  };
  const run = { command: 'migrate' as const, startedAt: at, finishedAt: at, warnings: [], ...servers };
  return buildResult({
    ...run,
    selected: [],
    items,
    people: [],
    stays: [],
    uncounted: [],
    problems: [],
    leftOut: [],
    interrupted: false,
    ...part,
  });
}

describe('the state of an item', () => {
  test('knows every state there is', () => {
    expect([...states].sort()).toEqual([...ItemState.options].sort());
  });

  test('is the worst of its steps, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 6 }), (all) => {
        const worst = states[Math.max(0, ...all.map((state) => states.indexOf(state)))];
        expect(worstOf(all)).toBe(worst);
        expect(itemOf(...all.map(stepOf)).state).toBe(worst);
      }),
    );
  });

  test('is proven when no step has anything to do with it', () => {
    expect(itemOf()).toMatchObject({ state: 'proven', changed: false, problem: null, steps: [] });
  });

  test.each([
    ['proven', 0],
    ['refused', 4],
    ['diverged', 4],
    ['drifted', 4],
    ['blocked', 4],
    ['interrupted', 130],
    ['failed', 1],
  ] as const)('%s makes exit code %i', (state, exitCode) => {
    expect(exitCodeOf([itemOf(stepOf('proven'), stepOf(state), stepOf('proven'))])).toBe(exitCode);
  });

  test('for any items: the exit code is 0 only when every step of every item is proven', () => {
    const steps = fc.array(fc.constantFrom(...states), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 5 }), (items) => {
        const code = exitCodeOf(items.map((each) => itemOf(...each.map(stepOf))));
        const worst = new Set(items.map((each) => worstOf(each)));
        expect(code === 0).toBe(items.flat().every((state) => state === 'proven'));
        expect(code === 130).toBe(worst.has('interrupted'));
        expect(code === 1).toBe(worst.has('failed') && !worst.has('interrupted'));
        expect([0, 1, 4, 130]).toContain(code);
      }),
    );
  });

  test('does not hide what could not be read, or that the run was stopped', () => {
    const unread: Notice = { code: 'fetch-failed', object: 'team/lib', message: 'm', fix: 'f' };
    expect(exitCodeOf([itemOf(stepOf('refused'))], { problems: [unread] })).toBe(1);
    expect(exitCodeOf([itemOf(stepOf('failed'))], { interrupted: true })).toBe(130);
  });
});

describe('an item', () => {
  test('that the run did not reach counts with the refs of its plan', () => {
    const reached = { ...item, steps: [planned] };
    const three = ['a', 'b', 'c'].map((name) => refChange({ ref: `refs/heads/${name}` }));
    const unreached = plannedProject('lib', { steps: [plannedRefs(three)] });
    const broken = failedStep(planned, fetchFailed('team/app', { detail: 'it broke' }), item, 7);
    const done = itemResult(reached, [stepResult(planned, check(), {})], null);
    const all = [done, emptyResult(unreached, 'interrupted'), itemResult(reached, [broken], null)];

    expect(resultOf(all).totals.complete).toEqual({ projects: 1, refs: { done: 1, of: 5 } });
  });

  test('has changed when one of its steps wrote something', () => {
    const quiet = { ...stepOf('proven'), changed: false };
    expect(itemOf(quiet, quiet).changed).toBe(false);
    expect(itemOf(quiet, stepOf('proven'), quiet).changed).toBe(true);
  });

  test('is where its steps found it, else where the plan has it', () => {
    expect(itemResult(item, [], { id: 9, fullPath: 'team/App', url: 'http://t/team/App' }).target).toEqual({
      id: 9,
      path: 'team/App',
      url: 'http://t/team/App',
    });
    expect(itemOf().target).toEqual({ id: null, path: 'team/app', url: null });
  });

  test('has the problem of the step that did not get as far as its proof', () => {
    const broken = failedStep(planned, fetchFailed('team/app', { detail: 'it broke' }), item, 7);
    const result = itemOf(stepOf('proven'), broken);
    expect(result.state).toBe('failed');
    expect(result.problem).toEqual(fetchFailed('team/app', { detail: 'it broke' }).notice);
    expect(result.steps[1]).toEqual({
      step: 'code',
      title: 'Refs',
      state: 'failed',
      changed: false,
      ms: 7,
      bytes: 0,
      counts: {},
      notices: [result.problem],
      check: null,
    });
  });

  test('counts the differences that nobody has a reason for', () => {
    const differences = [
      difference('ref-differs'),
      difference('ref-refused', 'rename it'),
      difference('ref-diverged'),
      difference('ref-differs'),
    ];
    const result = itemOf(moved({ state: 'failed', check: check({ state: 'failed', differences }) }));
    expect(result.problem).toMatchObject({ code: 'not-proven', object: 'team/app' });
    expect(result.problem?.message).toContain('(refs: 2)');
  });

  test('has the difference itself as its problem when that says what to do', () => {
    const left = difference('not-restored', 'run it again');
    const step = moved({ state: 'failed', check: check({ state: 'failed', differences: [left] }) });
    expect(itemOf(step).problem).toEqual(left);
  });

  test.each(['refused', 'diverged'] as const)('that is %s has no problem beside its differences', (state) => {
    const differences = [difference(`ref-${state}`, 'fix')];
    expect(itemOf(moved({ state, check: check({ state, differences }) })).problem).toBe(null);
  });

  test('for which a human must decide first has the plan’s reason, about the item', () => {
    const blocked: Notice = { code: 'path-taken', object: 'team/app-on-gitlab', message: 'taken', fix: '{}' };
    expect(blockedResult(plannedProject('app', { blocked }))).toMatchObject({
      state: 'blocked',
      steps: [],
      problem: { ...blocked, object: 'team/app' },
    });
  });
});

describe('a step', () => {
  test.each([
    ['an interruption', interruption('team/app'), 'interrupted'],
    ['a plan that does not hold any more', planDrifted('team/app', { detail: 'd' }), 'drifted'],
    ['an expected failure', groupMissing('team/app', { target: 'team' }), 'failed'],
    ['a bug', new Error('undefined is not a function'), 'failed'],
  ] as const)('that threw %s says so', (_, error, state) => {
    const step = failedStep(planned, error, item, 0);
    expect(step).toMatchObject({ state, check: null, changed: false });
    expect(step.notices).toHaveLength(1);
    expect(step.notices[0]?.message).toContain(error.message);
    expect(itemOf(step).state).toBe(state);
  });

  test('that came to its proof has the state of the proof, and what it did', () => {
    const done = { changed: true, ms: 5, bytes: 6, counts: { create: 1 }, notices: [difference('transfer')] };
    const proof = check({ state: 'refused', differences: [difference('ref-refused', 'fix')] });
    expect(stepResult(planned, proof, done)).toEqual({
      step: 'code',
      title: 'Refs',
      state: 'refused',
      check: proof,
      ...done,
    });
  });

  test('that only proved counts what the plan counts', () => {
    expect(stepResult(planned, check(), {})).toMatchObject({
      changed: false,
      ms: 0,
      bytes: 0,
      counts: planned.counts,
      notices: [],
    });
  });

  test('tells what the plan noticed, unless the proof says it itself', () => {
    const notices = [difference('ref-refused', 'fix'), difference('assumed-branch')];
    const proof = check({ state: 'refused', differences: [difference('ref-refused', 'fix')] });
    expect(stepResult({ ...planned, notices }, proof, {}).notices).toEqual([difference('assumed-branch')]);
    expect(stepResult({ ...planned, notices }, check(), {}).notices).toEqual(notices);
  });
});
