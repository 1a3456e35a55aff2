import {
  type Plan,
  type PlannedGroup,
  type PlannedPerson,
  type PlannedProject,
  type PlannedStep,
  type RefChange,
  isWrite,
  worstOf,
} from '../../../src/model/plan.ts';
import type { ItemResult, Result, StepResult } from '../../../src/model/result.ts';
import { countOutcomes } from '../../../src/plan/refs.ts';
import { buildResult } from '../../../src/report/result.ts';
import { code } from '../../../src/steps/code.ts';
import { compareRefs, noticeOfChange } from '../../../src/plan/ref-proof.ts';

export const idA = 'a'.repeat(40);
export const idB = 'b'.repeat(40);
export const hash = 'c'.repeat(64);

/** A ref that is created, unless the test says otherwise. */
export function refChange(part: Partial<RefChange> = {}): RefChange {
  return {
    ref: 'refs/heads/main',
    outcome: 'create',
    old: null,
    new: idA,
    force: false,
    afterOthers: false,
    ...part,
  };
}

function stepResult(part: Pick<StepResult, 'step' | 'title'> & Partial<StepResult>): StepResult {
  return {
    state: 'proven',
    changed: true,
    ms: 100,
    bytes: 0,
    counts: {},
    notices: [],
    check: { state: 'proven', compared: 1, hash: null, differences: [] },
    ...part,
  };
}

const placed = stepResult({ step: 'project', title: 'Project' });

/** The step that moves refs; three are created and proven, unless the test says otherwise. */
export function moved(part: Partial<StepResult> = {}): StepResult {
  return stepResult({
    step: code.name,
    title: code.title,
    ms: 900,
    bytes: 1_200_000,
    counts: { ...countOutcomes([]), create: 3 },
    check: {
      state: 'proven',
      compared: 3,
      hash: { source: hash, target: hash },
      differences: [],
      asOf: '2026-03-01T10:02:47.000Z',
    },
    ...part,
  });
}

/** A step that noticed something without needing anybody. */
export function noticed(message: string): StepResult {
  return moved({ notices: [{ code: 'noticed', object: 'team/web', message, fix: '' }] });
}

export function project(part: Partial<ItemResult> = {}): ItemResult {
  const id = part.id ?? 'team/web';
  return {
    kind: 'project',
    id,
    target: { path: id, id: 7, url: `https://gitlab.example.com/${id}` },
    visibility: { source: 'private', target: 'private' },
    state: 'proven',
    changed: true,
    steps: [placed, moved()],
    reasons: [],
    problem: null,
    ...part,
  };
}

export function group(part: Partial<ItemResult> = {}): ItemResult {
  const steps = [stepResult({ step: 'group', title: 'Group', ms: 50 })];
  const visibility = { source: null, target: 'private' } as const;
  return { ...project({ id: 'team', visibility, ...part }), kind: 'group', steps };
}

/** The project whose refs came to this, as the proof sees it: what is written arrives, the rest stays. */
function cameTo(id: string, changes: readonly RefChange[]): ItemResult {
  const source = new Map(changes.map((change) => [change.ref, change.new ?? '']));
  const target = new Map(
    changes.flatMap((change) => {
      const now = isWrite(change) ? change.new : change.old;
      return now === null ? [] : [[change.ref, now] as const];
    }),
  );
  const check = compareRefs(
    { refs: source, head: null },
    { refs: target, head: null },
    { notes: true, changes, known: null },
  );
  const { state, hash: sides } = check;
  const step = moved({
    state,
    counts: countOutcomes(changes.map(({ outcome }) => outcome)),
    check: { ...check, hash: sides && { source: hash, target: state === 'proven' ? hash : sides.target } },
  });
  return project({ id, state, steps: [placed, step] });
}

export const refused: ItemResult = cameTo('team/api', [
  refChange(),
  refChange({ ref: 'refs/heads/x' }),
  refChange({
    ref: 'refs/heads/-x',
    outcome: 'refused',
    reason: 'GitLab takes no name that begins with a dash',
    fix: 'git branch -m -- -x x',
  }),
]);

export const diverged: ItemResult = cameTo('team/docs', [
  refChange({ outcome: 'diverged', old: idB }),
  refChange({ ref: 'refs/heads/x' }),
  refChange({ ref: 'refs/heads/y' }),
]);

/** The connection broke before the proof. */
export const failed: ItemResult = project({
  id: 'team/big',
  state: 'failed',
  steps: [placed, moved({ state: 'failed', check: null })],
  problem: {
    code: 'unexpected',
    object: 'team/big',
    message: 'The connection broke.',
    fix: 'Run it again.',
  },
});

export function result(items: ItemResult[], part: Partial<Result> & { interrupted?: boolean } = {}): Result {
  return buildResult({
    command: part.command ?? 'migrate',
    startedAt: new Date('2026-03-01T10:00:00Z'),
    finishedAt: new Date('2026-03-01T10:03:04Z'),
    gb2gl: part.gb2gl ?? { version: '1.2.3', command: 'gb2gl migrate --all' },
    source: { url: 'https://gitbucket.example.com', view: 'administrator', user: 'admin' },
    target: { url: 'https://gitlab.example.com', version: '19.2.1', user: 'root' },
    selected: part.selected ?? ['--all'],
    items,
    people: part.people ?? [],
    stays: part.stays ?? [],
    uncounted: part.uncounted ?? [],
    problems: part.problems ?? [],
    leftOut: part.leftOut ?? [],
    warnings: part.warnings ?? [],
    interrupted: part.interrupted ?? false,
  });
}

export function plannedGroup(part: Partial<PlannedGroup> = {}): PlannedGroup {
  const login = part.id ?? 'team';
  return {
    kind: 'group',
    id: login,
    owner: { login, kind: 'group', description: '', email: '' },
    path: login,
    fullPath: login,
    name: login,
    description: '',
    visibility: 'private',
    existing: null,
    namespaceKind: 'group',
    userId: null,
    reasons: [],
    blocked: null,
    steps: [],
    ...part,
  };
}

/** What the plan has for refs that are to become this. */
export function plannedRefs(refs: readonly RefChange[], unverifiedIds: readonly string[] = []): PlannedStep {
  const notices = refs.flatMap(noticeOfChange);
  return {
    step: code.name,
    title: code.title,
    changes: refs.some(isWrite),
    state: worstOf(notices.map((each) => (each.code === 'ref-diverged' ? 'diverged' : 'refused'))),
    counts: countOutcomes(refs.map(({ outcome }) => outcome)),
    notices,
    part: { refs: [...refs], unverifiedIds: [...unverifiedIds] },
  };
}

/** A new project with one branch, unless the test says otherwise. */
export function plannedProject(name: string, part: Partial<PlannedProject> = {}): PlannedProject {
  return {
    kind: 'project',
    id: `team/${name}`,
    repository: { owner: 'team', name, description: '', private: true, defaultBranch: 'main' },
    path: name,
    fullPath: `team/${name}`,
    name,
    description: '',
    visibility: 'private',
    existing: null,
    defaultBranch: 'main',
    steps: [plannedRefs([refChange()])],
    losses: [],
    findings: [],
    reasons: [],
    blocked: null,
    ...part,
  };
}

/** Somebody with an account, unless the test says otherwise. */
export function plannedPerson(login: string, part: Partial<PlannedPerson> = {}): PlannedPerson {
  return {
    kind: 'person',
    id: `@${login}`,
    person: {
      login,
      fullName: null,
      mail: { address: `${login}@example.com`, madeUp: false },
      extraMails: null,
      administrator: false,
      disabled: false,
      signsInBy: null,
      identities: [],
      lastSignIn: null,
      createdAt: null,
    },
    fullPath: login,
    name: login,
    action: 'use',
    evidence: 'mail',
    existing: { id: 7, username: login, state: 'active', external: false },
    firstSignIn: '',
    reasons: [],
    blocked: null,
    steps: [],
    ...part,
  };
}

/** One person of each kind. */
export const somePeople: PlannedPerson[] = [
  plannedPerson('alice', { evidence: 'config', fullPath: 'alice.w' }),
  plannedPerson('bob', {
    action: 'create',
    evidence: 'nothing',
    existing: null,
    firstSignIn: 'LDAP will not find it',
  }),
  plannedPerson('carol', {
    action: 'ask',
    evidence: 'nothing',
    existing: null,
    fullPath: '',
    reasons: ['GitLab has an account carol with another mail address'],
    blocked: {
      code: 'unexpected',
      object: '@carol',
      message: 'Nobody knows whether it is theirs.',
      fix: '"map": {"users":{"carol":"carol"}}',
    },
  }),
  plannedPerson('dave', {
    action: 'none',
    evidence: 'nothing',
    existing: null,
    fullPath: '',
    reasons: ['disabled on GitBucket'],
  }),
];

export function plan(groups: PlannedGroup[], projects: PlannedProject[], part: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    settings: {
      parentGroup: null,
      map: { owners: {}, repositories: {}, users: {}, refs: {} },
      visibility: { public: 'auto', private: 'private' },
      userRepositories: 'auto',
      notes: true,
      wiki: true,
      refs: [],
      pullRequestHeads: null,
      forks: true,
      lfs: true,
      allowMissingLfs: [],
      prune: false,
      fixSubmodules: false,
      rewrite: [],
      members: true,
      memberRole: 'developer',
      memberMails: false,
      createUsers: false,
      options: true,
      branchProtections: true,
      deployKeys: true,
      avatars: true,
      sshKeys: false,
      hooks: false,
      tracker: 'off',
      sourceBranches: false,
      attribution: '> *{action} by {login}*',
      priorities: 'scoped',
      releases: false,
      releaseFiles: 'uploads',
    },
    source: { url: 'https://gitbucket.example.com', view: 'administrator', user: 'root' },
    target: { url: 'https://gitlab.example.com', version: '19.2.1' },
    leftOut: [],
    people: [],
    groups,
    projects,
    problems: [],
    uncounted: [],
    warnings: [],
    ...part,
  };
}
