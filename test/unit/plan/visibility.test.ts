import { describe, expect, test } from 'vitest';
import type { Visibility } from '../../../src/model/forge.ts';
import { plannedGroup, plannedProject } from '../report/samples.ts';
import {
  atMost,
  groupVisibility,
  mayBeLowered,
  narrower,
  projectVisibility,
  type VisibilityConfig,
} from '../../../src/plan/visibility.ts';

const LEVELS: readonly Visibility[] = ['private', 'internal', 'public'];
const AUTO: VisibilityConfig = { public: 'auto', private: 'private' };

function width(level: Visibility): number {
  return LEVELS.indexOf(level);
}

function subsets(): Visibility[][] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => LEVELS.filter((_, index) => (bits & (1 << index)) !== 0));
}

describe('a project', () => {
  test.each<[boolean, boolean, VisibilityConfig['public'], VisibilityConfig['private'], Visibility]>([
    [false, true, 'auto', 'private', 'public'],
    [false, false, 'auto', 'private', 'internal'],
    [true, true, 'auto', 'private', 'private'],
    [true, false, 'auto', 'private', 'private'],
    [false, true, 'internal', 'private', 'internal'],
    [false, true, 'private', 'private', 'private'],
    [false, true, 'public', 'internal', 'public'],
    [false, false, 'public', 'private', 'public'],
    [true, true, 'public', 'internal', 'internal'],
  ])(
    'private %s, anonymous access %s, config %s/%s: %s',
    (isPrivate, anonymousAccess, open, closed, expected) => {
      const config = { public: open, private: closed };
      const input = { private: isPrivate, anonymousAccess, config, restricted: [], namespace: null };
      expect(projectVisibility(input)).toMatchObject({ visibility: expected, blocked: null });
    },
  );

  test('says nothing when it is what it was', () => {
    const input = { private: false, anonymousAccess: true, config: AUTO, restricted: [], namespace: null };
    expect(projectVisibility(input).reasons).toEqual([]);
  });

  test('names a namespace that is narrower', () => {
    const input = {
      private: false,
      anonymousAccess: true,
      config: AUTO,
      restricted: [],
      namespace: 'private',
    } as const;
    expect(projectVisibility(input)).toEqual({
      visibility: 'private',
      reasons: ['public is not allowed in a private namespace'],
      blocked: null,
    });
  });

  test('goes down, never up, where an administrator has restricted a level', () => {
    const input = { private: false, anonymousAccess: true, config: AUTO, namespace: null };
    expect(projectVisibility({ ...input, restricted: ['public'] })).toEqual({
      visibility: 'internal',
      reasons: ['public has been restricted by your GitLab administrator'],
      blocked: null,
    });
    expect(projectVisibility({ ...input, restricted: ['public', 'internal'] }).visibility).toBe('private');
  });

  test('waits for a human when everything narrow enough is restricted', () => {
    const input = { private: true, anonymousAccess: true, config: AUTO, namespace: null };
    const decision = projectVisibility({ ...input, restricted: ['private'] });
    expect(decision.visibility).toBe('private');
    expect(decision.blocked?.reason).toContain('private has been restricted by your GitLab administrator');
    expect(decision.blocked?.fix).toContain('allow the level private');
  });

  test('tells when the config makes it wider than the source does', () => {
    const config: VisibilityConfig = { public: 'auto', private: 'internal' };
    const input = { private: true, anonymousAccess: true, config, restricted: [], namespace: null };
    expect(projectVisibility(input).reasons).toEqual([
      'internal, set by "visibility" in the config; private on the source',
    ]);
  });

  test('gets in every case the widest level that is allowed, or is blocked', () => {
    let cases = 0;
    for (const isPrivate of [true, false])
      for (const anonymousAccess of [true, false])
        for (const open of ['auto', ...LEVELS] as const)
          for (const closed of ['private', 'internal'] as const)
            for (const restricted of subsets())
              for (const namespace of [null, ...LEVELS]) {
                const config = { public: open, private: closed };
                const decision = projectVisibility({
                  private: isPrivate,
                  anonymousAccess,
                  config,
                  restricted,
                  namespace,
                });
                const onSource = anonymousAccess ? 'public' : 'internal';
                const openWish = open === 'auto' ? onSource : open;
                const wish = isPrivate ? closed : openWish;
                const ceiling = Math.min(width(wish), width(namespace ?? 'public'));
                const allowed = LEVELS.filter(
                  (level) => width(level) <= ceiling && !restricted.includes(level),
                );
                expect(decision.blocked === null).toBe(allowed.length > 0);
                expect(decision.visibility).toBe(allowed.at(-1) ?? LEVELS[ceiling]);
                expect(decision.reasons.length > 0 || decision.visibility === wish).toBe(true);
                cases += 1;
              }
    expect(cases).toBe(2 * 2 * 4 * 2 * 8 * 4);
  });
});

describe('a group', () => {
  test.each<[Visibility[], Visibility | null, Visibility[], Visibility]>([
    [[], null, [], 'private'],
    [['private'], null, [], 'private'],
    [['private', 'public', 'internal'], null, [], 'public'],
    [['internal', 'private'], null, [], 'internal'],
    [['public'], 'internal', [], 'internal'],
    [['public'], 'private', [], 'private'],
    [['public'], null, ['public'], 'internal'],
    [['public'], 'public', ['public', 'internal'], 'private'],
  ])(
    'with projects %j in a parent that is %s with %j restricted is %s',
    (projects, parent, restricted, expected) => {
      expect(groupVisibility({ projects, parent, restricted })).toMatchObject({
        visibility: expected,
        blocked: null,
      });
    },
  );

  test('says why it is narrower than its projects', () => {
    expect(groupVisibility({ projects: ['public'], parent: 'internal', restricted: [] }).reasons).toEqual([
      'public is not allowed in an internal group',
    ]);
  });

  test('waits for a human when private is restricted and nothing wider is needed', () => {
    expect(groupVisibility({ projects: [], parent: null, restricted: ['private'] }).blocked).not.toBeNull();
  });
});

test.each<[Visibility, Visibility, Visibility]>([
  ['private', 'public', 'private'],
  ['public', 'internal', 'internal'],
  ['internal', 'internal', 'internal'],
])('of %s and %s the narrower is %s', (a, b, expected) => {
  expect(narrower(a, b)).toBe(expected);
});

describe('a level that GitLab refuses', () => {
  test.each<[Visibility, Visibility[], Visibility | null]>([
    ['public', [], 'public'],
    ['public', ['public'], 'internal'],
    ['public', ['internal', 'public'], 'private'],
    ['internal', ['public'], 'internal'],
    ['internal', ['internal', 'private'], null],
  ])('%s without %j is %s', (wish, refused, expected) => {
    expect(atMost(wish, refused)).toBe(expected);
  });

  test('is lowered only where the config leaves it open, and for a group that holds such a repository', () => {
    const repository = { ...plannedProject('app').repository, private: false };
    const open = plannedProject('app', { repository });
    const closed = plannedProject('app', { repository: { ...repository, private: true } });
    const group = plannedGroup();
    expect(mayBeLowered(open, AUTO, [])).toBe(true);
    expect(mayBeLowered(open, { ...AUTO, public: 'public' }, [])).toBe(false);
    expect(mayBeLowered(closed, { ...AUTO, private: 'internal' }, [])).toBe(false);
    expect(mayBeLowered(group, AUTO, [open, closed])).toBe(true);
    expect(mayBeLowered(group, AUTO, [closed])).toBe(false);
    expect(mayBeLowered(group, { ...AUTO, public: 'internal' }, [open])).toBe(false);
  });
});
