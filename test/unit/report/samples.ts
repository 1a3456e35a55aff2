import type { Plan, PlannedGroup, PlannedProject } from '../../../src/model/plan.ts';
import type { ItemResult, Result } from '../../../src/model/result.ts';
import { buildResult, noRefs } from '../../../src/report/result.ts';

export const idA = 'a'.repeat(40);
export const idB = 'b'.repeat(40);
const hash = 'c'.repeat(64);

export function project(part: Partial<ItemResult> = {}): ItemResult {
  const id = part.id ?? 'team/web';
  return {
    kind: 'project',
    id,
    target: { path: id, id: 7, url: `https://gitlab.example.com/${id}` },
    state: 'proven',
    changed: true,
    steps: [
      { step: 'project', outcome: 'done', ms: 100, bytes: 0 },
      { step: 'code', outcome: 'done', ms: 900, bytes: 1_200_000 },
    ],
    refs: { ...noRefs, create: 3 },
    attention: [],
    reasons: [],
    warnings: [],
    proof: {
      equal: true,
      refs: 3,
      sourceHash: hash,
      targetHash: hash,
      head: { source: 'refs/heads/main', target: 'refs/heads/main' },
      differences: [],
    },
    problem: null,
    ...part,
  };
}

export function group(part: Partial<ItemResult> = {}): ItemResult {
  const steps = [{ step: 'group' as const, outcome: 'done' as const, ms: 50, bytes: 0 }];
  return { ...project({ id: 'team', ...part }), kind: 'group', steps, refs: { ...noRefs }, proof: null };
}

export const refused: ItemResult = project({
  id: 'team/api',
  state: 'refused',
  refs: { ...noRefs, create: 2, refused: 1 },
  attention: [
    {
      ref: 'refs/heads/-x',
      outcome: 'refused',
      old: null,
      new: idA,
      force: false,
      late: false,
      reason: 'GitLab takes no name that begins with a dash',
      fix: 'git branch -m -- -x x',
    },
  ],
});

export const diverged: ItemResult = project({
  id: 'team/docs',
  state: 'diverged',
  attention: [{ ref: 'refs/heads/main', outcome: 'diverged', old: idB, new: idA, force: false, late: false }],
});

export const failed: ItemResult = project({
  id: 'team/big',
  state: 'failed',
  proof: null,
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
    source: { url: 'https://gitbucket.example.com' },
    target: { url: 'https://gitlab.example.com', version: '19.2.1' },
    items,
    problems: part.problems ?? [],
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
    ...part,
  };
}

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
    refs: [{ ref: 'refs/heads/main', outcome: 'create', old: null, new: idA, force: false, late: false }],
    mustKnow: [],
    losses: [],
    findings: [],
    reasons: [],
    warnings: [],
    blocked: null,
    ...part,
  };
}

export function plan(groups: PlannedGroup[], projects: PlannedProject[], part: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    settings: {
      parentGroup: null,
      map: { owners: {}, repositories: {}, users: {}, refs: {} },
      visibility: { public: 'auto', private: 'private' },
      userRepositories: 'auto',
      notes: true,
      prune: false,
    },
    source: { url: 'https://gitbucket.example.com' },
    target: { url: 'https://gitlab.example.com', version: '19.2.1' },
    groups,
    projects,
    problems: [],
    uncounted: [],
    warnings: [],
    ...part,
  };
}
