import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ItemState } from '../../../src/model/result.ts';
import { attentionOf, remarksOf } from '../../../src/report/result.ts';
import { parseResult, resultJsonSchema } from '../../../src/report/schema.ts';
import { diverged, failed, group, moved, project, refused, result } from './samples.ts';

const unread = { code: 'unexpected', object: 'x/y', message: 'm', fix: 'h' };

describe('totals', () => {
  it('count groups, repositories, states, refs, bytes and time', () => {
    const { totals } = result([group(), project(), refused]);
    expect(totals).toMatchObject({ groups: 1, projects: 2, bytes: 2_400_000, ms: 184_000 });
    expect(totals.states).toMatchObject({ proven: 2, refused: 1, failed: 0 });
    expect(totals.steps).toEqual([
      {
        step: 'code',
        title: 'Refs',
        counts: { create: 5, update: 0, delete: 0, unchanged: 0, kept: 0, refused: 1, diverged: 0 },
      },
    ]);
  });
});

describe('exit code', () => {
  it('is 0 when everything is proven or there is nothing', () => {
    expect(result([project()]).exitCode).toBe(0);
    expect(result([]).exitCode).toBe(0);
  });

  it.each(['refused', 'blocked', 'diverged', 'drifted'] as const)('is 4 when an item is %s', (state) => {
    expect(result([project(), project({ state })]).exitCode).toBe(4);
  });

  it('is 1 when an item failed, whatever else waits', () => {
    expect(result([refused, diverged, failed]).exitCode).toBe(1);
  });

  it('is 1 when something on the source could not be read', () => {
    expect(result([project()], { problems: [unread] }).exitCode).toBe(1);
  });

  it('is 130 when the run was interrupted, even after failures', () => {
    expect(result([failed], { interrupted: true }).exitCode).toBe(130);
    expect(result([failed, project({ state: 'interrupted' })]).exitCode).toBe(130);
  });
});

describe('schema of result.json', () => {
  it('takes every result that was written and read again', () => {
    const states: ItemState[] = ['proven', 'interrupted', 'blocked'];
    const all = result([group(), refused, diverged, failed, ...states.map((state) => project({ state }))]);
    expect(parseResult(JSON.parse(JSON.stringify(all)))).toEqual(all);
  });

  it('names the place of what is wrong', () => {
    const wrong = { ...result([project()]), exitCode: 7, items: [{ ...project(), state: 'fine' }] };
    expect(() => parseResult(wrong)).toThrow(/exitCode/);
    expect(() => parseResult(wrong)).toThrow(/items[^a-z]+0[^a-z]+state/);
    expect(() => parseResult({ ...result([]), version: 2 })).toThrow(/version/);
  });

  it('is documented as it is', () => {
    const file = new URL('../../../docs/result.schema.json', import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(resultJsonSchema())));
  });
});

describe('what needs a human', () => {
  const gone = { code: 'groups-forbidden', object: 'team', message: 'cannot create the group', fix: 'ask' };

  it('is told once for a group and all its projects', () => {
    const blockedGroup = group({ id: 'team', state: 'blocked', steps: [], problem: gone });
    const own = ['team/a', 'team/b'].map((id) =>
      project({
        id,
        state: 'blocked',
        steps: [],
        problem: { ...gone, object: id, message: `its group was not created: ${gone.message}` },
      }),
    );
    const other = project({
      id: 'team/c',
      state: 'blocked',
      steps: [],
      problem: { ...gone, message: 'other' },
    });
    const found = attentionOf([blockedGroup, ...own, other]);
    expect(found.map(({ item, also }) => [item.id, also.map(({ id }) => id)])).toEqual([
      ['team', ['team/a', 'team/b']],
      ['team/c', []],
    ]);
  });

  it('is told once for a group that closes in the middle and all that is in it, begun or not', () => {
    const closed = { code: 'group-closed', object: 'team', message: 'takes no pushes', fix: 'pay' };
    const ended = { state: 'failed', problem: closed } as const;
    const found = attentionOf([
      group({ id: 'team', ...ended }),
      project({ id: 'team/a', ...ended }),
      project({ id: 'team/b', ...ended, steps: [] }),
    ]);
    expect(found.map(({ item, also }) => [item.id, also.map(({ id }) => id)])).toEqual([
      ['team', ['team/a', 'team/b']],
    ]);
  });

  it('is told once when a difference is itself the problem', () => {
    const differing = {
      code: 'default-branch',
      object: 'main',
      message: 'is not the default',
      fix: 'set it',
    };
    const check = { state: 'failed' as const, compared: 1, hash: null, differences: [differing] };
    const item = project({ state: 'failed', steps: [moved({ state: 'failed', check })], problem: differing });
    expect(remarksOf(item)).toEqual([differing]);
  });
});
