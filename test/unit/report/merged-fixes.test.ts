import { expect, test } from 'vitest';
import type { RefChange } from '../../../src/model/plan.ts';
import { mergedFixes } from '../../../src/report/merged-fixes.ts';
import { plan, plannedGroup, plannedProject, plannedRefs, project, refChange, result } from './samples.ts';

function refused(ref: string, fix: string): RefChange {
  return refChange({ ref, outcome: 'refused', reason: 'no', fix });
}

test('all pieces of the config that a plan proposes are one object', () => {
  const blocked = {
    code: 'namespace-taken',
    object: 'team',
    message: 'taken',
    fix: '"map": { "owners": { "team": "team-2" } }',
  };
  const app = plannedProject('app', {
    steps: [
      plannedRefs([
        refused(
          'refs/heads/HEAD',
          '"map": {"refs":{"team/app":{"refs/heads/HEAD":"refs/heads/branch-HEAD"}}}',
        ),
        refused('refs/heads/-x', '"map": {"refs":{"team/app":{"refs/heads/-x":"refs/heads/branch-x"}}}'),
        refused('refs/tags/x', 'remove it by hand'),
        refused('refs/tags/y', '"target": { "parentGroup": … }'),
      ]),
    ],
  });
  expect(mergedFixes(plan([plannedGroup({ blocked })], [app]))).toEqual({
    map: {
      owners: { team: 'team-2' },
      refs: {
        'team/app': { 'refs/heads/HEAD': 'refs/heads/branch-HEAD', 'refs/heads/-x': 'refs/heads/branch-x' },
      },
    },
  });
});

test('where two want the same key the first one stays, and names of the source stay names', () => {
  const pieces = ['"map":{"refs":{"__proto__":{"a":"b"}}}', '"map":{"refs":{"__proto__":{"a":"c"}}}'];
  const refs = pieces.map((fix) => refused('refs/heads/a', fix));
  const merged = mergedFixes(plan([], [plannedProject('app', { steps: [plannedRefs(refs)] })]));
  expect(JSON.stringify(merged)).toBe('{"map":{"refs":{"__proto__":{"a":"b"}}}}');
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

test('nothing to paste is nothing', () => {
  expect(mergedFixes(plan([], [plannedProject('app')]))).toBe(null);
});

test('a piece in a sentence counts, what cannot be pasted does not, and no two get one name', () => {
  const fixes = [
    'choose another path: "map": { "repositories": { "team/App": "team/app-2" } }, or delete the project manually',
    '"map": { "repositories": { "team/app": "team/APP-2" } }',
    '"map": { "repositories": { "team/}": "team/x" } }',
    'create it in an existing group: "target": { "parentGroup": … }, or "map": { "owners": { … } }',
    '"map": {"refs":{"team/app":{"refs/heads/-a":"refs/heads/branch-a"}}}',
    '"map": {"refs":{"team/app":{"refs/heads/a":"refs/heads/branch-a"}}}',
    '"map": {"refs":{"team/app":{"refs/heads/-A":"refs/heads/branch-A"}}}',
  ];
  const notice = { code: 'blocked', object: 'x', message: 'm' };
  const items = fixes.map((fix, index) =>
    project({ id: `team/${index}`, state: 'blocked', problem: { ...notice, fix } }),
  );
  const proven = project({ problem: { ...notice, fix: '"map": { "owners": { "a": "b" } }' } });
  expect(mergedFixes(result([...items, proven]))).toEqual({
    map: {
      repositories: { 'team/App': 'team/app-2', 'team/}': 'team/x' },
      refs: {
        'team/app': { 'refs/heads/-a': 'refs/heads/branch-a', 'refs/heads/-A': 'refs/heads/branch-A' },
      },
    },
  });
});
