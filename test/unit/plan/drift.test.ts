import { describe, expect, it, test } from 'vitest';
import type { Project } from '../../../src/model/forge.ts';
import type { PlannedProject, PlannedStep, RefChange } from '../../../src/model/plan.ts';
import { driftsBetween } from '../../../src/plan/drift.ts';
import { steps } from '../../../src/steps/index.ts';
import {
  plan,
  plannedGroup,
  plannedPerson,
  plannedProject,
  plannedRefs,
  refChange,
} from '../report/samples.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const nothing = { items: new Map() };

function made(id: number): Project {
  return {
    id,
    fullPath: 'team/app',
    name: 'app',
    visibility: 'private',
    description: '',
    defaultBranch: 'main',
    empty: false,
    archived: false,
    creatorId: 1,
    webUrl: '',
  };
}

/** The part of a planned project that holds these refs. */
function refs(...changes: Partial<RefChange>[]): { steps: PlannedStep[] } {
  return { steps: [plannedRefs(changes.map(refChange))] };
}

function noticed(message: string): PlannedStep {
  return {
    ...plannedRefs([refChange()]),
    notices: [{ code: 'assumed-branch', object: 'team/app', message, fix: '' }],
  };
}

/** The decision of a step that never drifts by itself. */
function defaultBranch(branch: string): PlannedStep {
  return { ...plannedRefs([]), step: 'default-branch', title: 'Default branch', part: { branch } };
}

/** The decision of a step about one setting. */
function setting(step: string, part: unknown): { steps: PlannedStep[] } {
  return { steps: [{ ...plannedRefs([]), step, title: step, part }] };
}

/** Why the project has drifted between two plans that hold nothing else; null when it has not. */
function drift(
  before: Partial<PlannedProject>,
  after: Partial<PlannedProject>,
  known: Parameters<typeof driftsBetween>[2] = nothing,
): string | null {
  const group = plannedGroup();
  const drifts = driftsBetween(
    plan([group], [plannedProject('app', before)]),
    plan([group], [plannedProject('app', after)]),
    known,
    steps,
  );
  expect(drifts.length).toBeLessThan(2);
  return drifts[0]?.reason ?? null;
}

describe('a project is as the plan says', () => {
  it('when nothing has happened', () => {
    expect(drift({}, {})).toBe(null);
  });

  it('when only what is told about it differs', () => {
    expect(
      drift(
        { losses: [], steps: [noticed('before'), defaultBranch('main')] },
        {
          losses: [{ kind: 'pull-requests', count: 2 }],
          reasons: ['r'],
          steps: [noticed('after'), defaultBranch('trunk')],
        },
      ),
    ).toBe(null);
  });

  it('when the plan was carried out in part, by us', () => {
    const ours = {
      items: new Map([['team/app', { target: { id: 7, path: 'team/app' } }]]),
    };
    const after = { existing: made(7), ...refs({ outcome: 'unchanged', old: A }) };
    expect(drift(refs({}), after, ours)).toBe(null);
    expect(drift(refs({}), after)).toBe('the project team/app has since been created by someone else');
  });

  it('when a ref that was to be deleted is gone', () => {
    expect(drift(refs({ outcome: 'delete', old: A, new: null }), refs())).toBe(null);
  });
});

test.each<[string, Partial<PlannedProject>, Partial<PlannedProject>, string]>([
  [
    'the source moved on',
    {},
    refs({ new: B }),
    'refs/heads/main was aaaaaaaaaaaa on the source and is now bbbbbbbbbbbb',
  ],
  [
    'the target moved',
    refs({ outcome: 'update', old: A, new: B }),
    refs({ outcome: 'diverged', old: 'c'.repeat(40), new: B }),
    'refs/heads/main was aaaaaaaaaaaa on the target and is now cccccccccccc',
  ],
  ['a branch came', {}, refs({}, { ref: 'refs/heads/new' }), 'refs/heads/new is new'],
  [
    'two branches went',
    refs({}, { ref: 'refs/heads/x' }, { ref: 'refs/heads/y' }),
    {},
    'refs/heads/x no longer exists on either side, and 1 more',
  ],
  [
    'a rule changed',
    {},
    refs({ outcome: 'refused', reason: 'no' }),
    'refs/heads/main was planned as create and would now be refused',
  ],
  [
    'another name is taken',
    {},
    { fullPath: 'team/app-2' },
    'its project would now be team/app-2 instead of team/app',
  ],
  ['it was removed', { existing: made(7) }, {}, 'the project team/app has since been removed'],
  [
    'it was made again',
    { existing: made(7) },
    { existing: made(8) },
    'the project team/app has since been replaced',
  ],
  ['it became public', {}, { visibility: 'public' }, 'the project would now be public instead of private'],
  ['another default', {}, { defaultBranch: 'trunk' }, 'its default branch is now trunk instead of main'],
  [
    'somebody archived it',
    { existing: made(7) },
    {
      existing: made(7),
      blocked: { code: 'archived', object: 'team/app', message: 'team/app is archived', fix: '' },
    },
    'team/app is archived',
  ],
])('%s: it has drifted', (_, before, after, reason) => {
  expect(drift(before, after)).toBe(reason);
});

function dances(part: string): PlannedStep {
  return { ...plannedRefs([]), step: 'dance', title: 'Dance', part };
}

/** A plan with one project, which dances and has one branch. */
function dancing(part: string, id: string): ReturnType<typeof plan> {
  const own = [dances(part), ...refs({ new: id }).steps];
  return plan([plannedGroup()], [plannedProject('app', { steps: own })]);
}

test('every step says for itself whether its decision still holds, in the order of the steps', () => {
  const dance = {
    name: 'dance',
    drift: (before: unknown, now: unknown) =>
      before === now ? null : `it danced ${String(before)}, not ${String(now)}`,
  };
  const reasons = (known: typeof steps | (typeof dance)[]): string[] =>
    driftsBetween(dancing('waltz', A), dancing('tango', B), nothing, known).map(({ reason }) => reason);
  expect(reasons([dance])).toEqual(['it danced waltz, not tango']);
  expect(reasons(steps)).toEqual(['refs/heads/main was aaaaaaaaaaaa on the source and is now bbbbbbbbbbbb']);
  expect(reasons([])).toEqual([]);
});

test('what vanished from the source, or cannot be read any more, has drifted', () => {
  const before = plan([plannedGroup()], [plannedProject('app'), plannedProject('lib')]);
  const problems = [{ code: 'fetch-failed', object: 'team/lib', message: 'it broke', fix: '' }];
  expect(driftsBetween(before, plan([plannedGroup()], [], { problems }), nothing, steps)).toEqual([
    { id: 'team/app', reason: 'it is no longer on the source' },
    { id: 'team/lib', reason: 'it can no longer be read: it broke' },
  ]);
});

test('the projects of a drifted group have drifted with it; what only the later plan has is nobody’s drift', () => {
  const before = plan([plannedGroup()], [plannedProject('app')]);
  const after = plan(
    [plannedGroup({ visibility: 'public' }), plannedGroup({ id: 'new' })],
    [plannedProject('app'), plannedProject('lib')],
  );
  expect(driftsBetween(before, after, nothing, steps)).toEqual([
    { id: 'team', reason: 'the group would now be public instead of private' },
    { id: 'team/app', reason: 'its group has drifted' },
  ]);
});

/** Drifts of a public project in a public group, both planned new, from what they are now. */
function reasonsFor(group: Parameters<typeof plannedGroup>[0], project: Partial<PlannedProject>): string[] {
  return driftsBetween(
    plan([plannedGroup({ visibility: 'public' })], [plannedProject('app', { visibility: 'public' })]),
    plan([plannedGroup(group)], [plannedProject('app', project)]),
    { items: new Map([['team', { target: { id: 3, path: 'team' } }]]) },
    steps,
  ).map(({ reason }) => reason);
}

test('a level that the run itself had to lower is no drift, neither of the group nor of what is still to come in it', () => {
  const ours = { existing: 3, visibility: 'internal' } as const;
  expect(reasonsFor(ours, { visibility: 'internal' })).toEqual([]);
  expect(reasonsFor({ ...ours, visibility: 'public' }, { visibility: 'internal' })).toEqual([]);
  expect(reasonsFor({ visibility: 'internal' }, { visibility: 'internal' })).toHaveLength(2);
});

function personDrifts(
  before: Parameters<typeof plannedPerson>[1],
  after: Parameters<typeof plannedPerson>[1] | null,
  known: Parameters<typeof driftsBetween>[2] = nothing,
): string[] {
  const now = after === null ? [] : [plannedPerson('ada', after)];
  const earlier = plan([], [], { people: [plannedPerson('ada', before)] });
  return driftsBetween(earlier, plan([], [], { people: now }), known, steps).map(({ reason }) => reason);
}

describe('people', () => {
  const planned = { action: 'create', existing: null } as const;

  it('are as planned when nothing has happened, when we made the account, and when nothing concerns them any more', () => {
    const ours = { items: new Map([['@ada', { target: { id: 7, path: 'ada' } }]]) };
    expect(personDrifts({}, {})).toEqual([]);
    expect(personDrifts(planned, {}, ours)).toEqual([]);
    expect(personDrifts({}, null)).toEqual([]);
  });

  it('have drifted when the account is another one, or somebody else made it', () => {
    expect(personDrifts(planned, {})).toEqual([
      'it was planned as a new account ada and would now be the account ada',
    ]);
    expect(personDrifts({}, { fullPath: 'ada2' })).toEqual([
      'it was planned as the account ada and would now be the account ada2',
    ]);
  });
});

type Role = { login: string; level: number; account: number | null; now: number; kept: boolean };

function role(login: string, level: number, account: number | null): Role {
  return { login, level, account, now: 0, kept: false };
}

describe.each(['group-members', 'members'])('the roles of %s', (step) => {
  type Roles = Role[] | null;

  function rolesDrift(before: Roles, after: Roles): string[] {
    const planned = (roles: Roles) => {
      const part = { roles, shares: [], fresh: false, held: false, open: null };
      const own = roles === null ? [] : [{ ...plannedRefs([]), step, title: 'Roles', part }];
      return step === 'members'
        ? plan([plannedGroup()], [plannedProject('app', { steps: own })])
        : plan([plannedGroup({ steps: own })], []);
    };
    return driftsBetween(planned(before), planned(after), nothing, steps).map(({ reason }) => reason);
  }

  it.each<[Roles, Roles]>([
    [[role('bob', 30, 7)], [role('bob', 30, 7)]],
    [[role('bob', 30, 7)], [role('bob', 20, 7)]],
    [[role('bob', 30, 7)], []],
    [[role('bob', 30, 7)], null],
    // The account was made since.
    [[role('bob', 30, null)], [role('bob', 30, 7)]],
  ])('are as the plan says', (before, after) => {
    expect(rolesDrift(before, after)).toEqual([]);
  });

  it.each<[Roles, Roles]>([
    [[role('bob', 30, 7)], [role('bob', 40, 7)]],
    [[], [role('bob', 30, 7)]],
    [null, [role('bob', 30, 7)]],
    [[role('bob', 30, 7)], [role('bob', 30, 8)]],
  ])('have drifted when somebody would get more', (before, after) => {
    expect(rolesDrift(before, after)).toEqual(['a role would now be given that was not planned: bob']);
  });
});

const deployKey = { title: 'ci', text: '', fingerprint: 'SHA256:x', canPush: false };
const hook = { id: '1', host: 'ci.example', events: ['push'] };
const rules = { rules: { 'refs/heads/main': { push: 30, merge: 30 } }, free: [] };

test.each([
  ['deploy-keys', { keys: [deployKey] }, { keys: [{ ...deployKey, canPush: true }] }, 'deploy keys', 'ci'],
  [
    'hooks',
    { hooks: [hook] },
    { hooks: [{ ...hook, events: ['push', 'issues'] }] },
    'webhooks',
    'ci.example',
  ],
  [
    'branch-protection',
    rules,
    { ...rules, rules: { 'refs/heads/main': { push: 40, merge: 30 } } },
    'protected branches',
    'main',
  ],
  ['branch-protection', rules, { rules: {}, free: ['refs/heads/main'] }, 'protected branches', 'main'],
  ['options', { wanted: { issues: 'disabled' } }, { wanted: { issues: 'enabled' } }, 'options', 'issues'],
])('what %s would set otherwise than the earlier plan shows drifts', (step, before, after, what, name) => {
  const [then, now] = [setting(step, before), setting(step, after)];
  expect(drift(then, now)).toBe(`${what} would now be set as was not planned: ${name}`);
  expect(drift(then, then)).toBe(null);
});

test('what the earlier plan was silent about drifts, and what is no longer there does not', () => {
  const keys = setting('deploy-keys', { keys: [deployKey] });
  expect(drift({ steps: [] }, keys)).toContain('deploy keys');
  expect(drift(keys, { steps: [] })).toBe(null);
  expect(drift(keys, setting('deploy-keys', { keys: [] }))).toBe(null);
  // As a new project has it: nothing is set.
  expect(drift({ steps: [] }, setting('options', { wanted: { issues: 'enabled' } }))).toBe(null);
});

test('a personal namespace has the visibility that GitLab gave it: its account may be made since the earlier plan', () => {
  const group = { namespaceKind: 'user', fullPath: 'ada', path: 'ada' } as const;
  const before = plannedGroup({ ...group, existing: null, visibility: 'private' });
  const after = plannedGroup({ ...group, existing: 7, visibility: 'public' });
  const known = { items: new Map([[after.id, { target: { id: 7, path: 'ada' } }]]) };
  expect(driftsBetween(plan([before], []), plan([after], []), known, steps)).toEqual([]);
});

test('an account that this tool has made since gets no key that the earlier plan does not show', () => {
  const key = { title: 'phone', text: '', fingerprint: 'SHA256:y' };
  const made = { items: new Map([['@ada', { target: { id: 7, path: 'ada' } }]]) };
  const before = plan([], [], {
    people: [plannedPerson('ada', { action: 'create', evidence: 'nothing', existing: null })],
  });
  const after = plan([], [], { people: [plannedPerson('ada', setting('account-keys', { keys: [key] }))] });
  expect(driftsBetween(before, after, made, steps)).toEqual([
    { id: '@ada', reason: 'SSH keys would now be set as was not planned: phone' },
  ]);
});
