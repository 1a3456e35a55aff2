import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { legalPath, legalPathIn, type PathLevel } from '../../../src/gitlab/rules/paths.ts';
import { assignPaths, type PathContext, type PathEntry } from '../../../src/plan/path-assignment.ts';

const EMPTY: PathContext = { level: 'project', taken: new Set(), remembered: new Map() };

function entriesOf(...names: string[]): PathEntry[] {
  return names.map((original) => ({ key: `o/${original}`, original }));
}

function pathsOf(entries: readonly PathEntry[], context: Partial<PathContext> = {}): Record<string, string> {
  const assigned = assignPaths(entries, { ...EMPTY, ...context });
  return Object.fromEntries([...assigned].map(([key, { path }]) => [key, path]));
}

describe('paths of one namespace', () => {
  test('a legal name is kept without a word', () => {
    expect(assignPaths(entriesOf('app'), EMPTY).get('o/app')).toEqual({
      path: 'app',
      reason: null,
      lookupById: false,
      blocked: null,
    });
  });

  test('an illegal name is cleaned and says which rule it broke', () => {
    const assigned = assignPaths(entriesOf('c++', 'raw'), EMPTY);
    expect(assigned.get('o/c++')?.path).toBe('cplusplus');
    expect(assigned.get('o/c++')?.reason).toContain('can only include non-accented letters');
    expect(assigned.get('o/raw')).toMatchObject({
      path: 'raw-repo',
      reason: 'GitLab does not accept "raw": raw is a reserved name',
    });
  });

  test('a name that is legal as it is wins over one that would have to be cleaned', () => {
    const paths = pathsOf(entriesOf('a--b', 'a-b'));
    expect(paths['o/a-b']).toBe('a-b');
    expect(paths['o/a--b']).toMatch(/^a-b-[0-9a-f]{6}$/);
  });

  test('names that differ in case only get different paths and a reason', () => {
    const assigned = assignPaths(entriesOf('foo', 'Foo'), EMPTY);
    expect(assigned.get('o/Foo')?.path).toBe('Foo');
    expect(assigned.get('o/foo')?.path).toMatch(/^foo-[0-9a-f]{6}$/);
    expect(assigned.get('o/foo')?.reason).toContain('"foo" is already taken by "o/Foo"');
  });

  test('the suffix depends on the key alone', () => {
    const alone = pathsOf(entriesOf('app'), { taken: new Set(['app']) });
    const crowded = pathsOf(entriesOf('app', 'a--b', 'a-b', 'x'), { taken: new Set(['app', 'x']) });
    expect(crowded['o/app']).toBe(alone['o/app']);
  });

  test('equal names of two owners in one namespace get suffixes of their own', () => {
    const entries = ['o1/app', 'o2/app', 'o3/app'].map((key) => ({ key, original: 'app' }));
    const [first, ...others] = Object.values(pathsOf(entries));
    expect(first).toBe('app');
    expect(new Set(others.map((path) => path.replace(/[0-9a-f]{6}$/, '')))).toEqual(new Set(['app-']));
    expect(new Set(others).size).toBe(2);
  });

  test('what belongs to others is left to them', () => {
    const assigned = assignPaths(entriesOf('App'), { ...EMPTY, taken: new Set(['app']) });
    expect(assigned.get('o/App')?.path).toMatch(/^App-[0-9a-f]{6}$/);
    expect(assigned.get('o/App')?.reason).toContain('an item on the target that this tool did not create');
  });

  test('foo keeps its name beside foo.wiki, which would be the address of its wiki', () => {
    const assigned = assignPaths(entriesOf('foo.wiki', 'foo'), EMPTY);
    expect(assigned.get('o/foo')?.path).toBe('foo');
    expect(assigned.get('o/foo.wiki')?.path).toBe('foo-wiki');
    expect(assigned.get('o/foo.wiki')?.reason).toContain("the other's wiki");
  });

  test('foo.wiki alone is an ordinary name', () => {
    expect(pathsOf(entriesOf('foo.wiki'))).toEqual({ 'o/foo.wiki': 'foo.wiki' });
  });

  test('foo does not move in beside a foreign foo.wiki', () => {
    expect(pathsOf(entriesOf('foo'), { taken: new Set(['foo.wiki']) })['o/foo']).toMatch(/^foo-[0-9a-f]{6}$/);
  });

  test('a reserved sequence is avoided where it would arise, and only there', () => {
    expect(pathsOf(entriesOf('folders'), { parent: 'top/environments' })).toEqual({
      'o/folders': 'folders-repo',
    });
    expect(pathsOf(entriesOf('folders'), { parent: 'environments' })).toEqual({ 'o/folders': 'folders' });
  });

  test('all-digit groups are flagged, all-digit projects are not', () => {
    const entry = [{ key: '12345', original: '12345' }];
    expect(assignPaths(entry, { ...EMPTY, level: 'top-group' }).get('12345')?.lookupById).toBe(true);
    expect(assignPaths(entry, EMPTY).get('12345')?.lookupById).toBe(false);
  });

  test('long names are cut to what is left of 255 characters', () => {
    const parent = 'p'.repeat(240);
    const long = 'n'.repeat(100);
    const [path] = Object.values(pathsOf(entriesOf(long), { parent }));
    expect(legalPathIn(parent, path ?? '', 'project')).toEqual([]);
  });

  test('a parent that leaves no room blocks the entry', () => {
    const assigned = assignPaths(entriesOf('application'), { ...EMPTY, parent: 'p'.repeat(255) });
    expect(assigned.get('o/application')?.blocked).toMatchObject({ cause: 'illegal' });
    expect(assigned.get('o/application')?.blocked?.fix).toContain('target.parentGroup');
  });
});

describe('paths of earlier runs', () => {
  test('are kept when a better candidate for them appears', () => {
    const remembered = new Map([['o/a--b', 'a-b']]);
    const assigned = assignPaths(entriesOf('a-b', 'a--b'), { ...EMPTY, remembered });
    expect(assigned.get('o/a--b')).toMatchObject({ path: 'a-b', reason: 'an earlier run chose this path' });
    expect(assigned.get('o/a-b')?.path).toMatch(/^a-b-[0-9a-f]{6}$/);
  });

  test('stay reserved for entries that are not selected this time', () => {
    const remembered = new Map([['o/a--b', 'a-b']]);
    expect(pathsOf(entriesOf('a-b'), { remembered })['o/a-b']).toMatch(/^a-b-[0-9a-f]{6}$/);
  });

  test('are kept for foo and foo.wiki when both exist already', () => {
    const remembered = new Map([
      ['o/foo', 'foo'],
      ['o/foo.wiki', 'foo.wiki'],
    ]);
    expect(pathsOf(entriesOf('foo', 'foo.wiki'), { remembered })).toEqual(Object.fromEntries(remembered));
  });

  test('are given up, with the reason, when somebody else has taken them', () => {
    const context = { ...EMPTY, remembered: new Map([['o/app', 'app']]), taken: new Set(['app']) };
    const assigned = assignPaths(entriesOf('app'), context).get('o/app');
    expect(assigned?.path).toMatch(/^app-[0-9a-f]{6}$/);
    expect(assigned?.reason).toContain('an earlier run used "app", which is now taken by');
  });

  test('are given up when they are not legal at the new level', () => {
    const context: PathContext = {
      ...EMPTY,
      level: 'subgroup',
      parent: 'top',
      remembered: new Map([['blob', 'blob']]),
    };
    expect(assignPaths([{ key: 'blob', original: 'blob' }], context).get('blob')?.path).toBe('blob-group');
  });
});

describe("the config's map", () => {
  test('wins over a legal name of another entry', () => {
    const entries = [{ key: 'o/c++', original: 'c++', wanted: 'cpp' }, ...entriesOf('cpp')];
    const assigned = assignPaths(entries, EMPTY);
    expect(assigned.get('o/c++')).toMatchObject({ path: 'cpp', reason: 'mapped in the config' });
    expect(assigned.get('o/cpp')?.path).toMatch(/^cpp-[0-9a-f]{6}$/);
  });

  test('wins over the own path of an earlier run and says what happened to it', () => {
    const entries = [{ key: 'o/c++', original: 'c++', wanted: 'cpp' }];
    const remembered = new Map([['o/c++', 'cplusplus']]);
    const assigned = assignPaths(entries, { ...EMPTY, remembered }).get('o/c++');
    expect(assigned?.path).toBe('cpp');
    expect(assigned?.reason).toContain('an earlier run used "cplusplus", which stays unchanged');
  });

  test('blocks an illegal wish and offers a legal one to paste', () => {
    const entries = [{ key: 'o/c++', original: 'c++', wanted: 'c+' }];
    const assigned = assignPaths(entries, { ...EMPTY, parent: 'team' }).get('o/c++');
    expect(assigned?.path).toBe('c+');
    expect(assigned?.blocked?.cause).toBe('illegal');
    expect(assigned?.blocked?.reason).toContain('the config maps it to "c+", but it can only include');
    expect(assigned?.blocked?.fix).toBe('"map": { "repositories": { "o/c++": "team/cplus" } }');
  });

  test('blocks a wish for what belongs to somebody else, in the words of its level', () => {
    const context: PathContext = { ...EMPTY, level: 'top-group', taken: new Set(['root']) };
    const blocked = assignPaths([{ key: 'root', original: 'root', wanted: 'Root' }], context).get(
      'root',
    )?.blocked;
    expect(blocked?.cause).toBe('taken');
    expect(blocked?.fix).toMatch(/^"map": \{ "owners": \{ "root": "Root-[0-9a-f]{6}" \} \}$/);
  });

  test('blocks all that wish for the same path, and offers them different ones', () => {
    const entries = [
      { key: 'o/a1', original: 'a1', wanted: 'same' },
      { key: 'o/a2', original: 'a2', wanted: 'SAME' },
      ...entriesOf('other'),
    ];
    const assigned = assignPaths(entries, EMPTY);
    const fixes = ['o/a1', 'o/a2'].map((key) => assigned.get(key)?.blocked?.fix);
    expect(fixes[0]).toBe('"map": { "repositories": { "o/a1": "same" } }');
    expect(fixes[1]).toMatch(/"o\/a2": "SAME-[0-9a-f]{6}"/);
    expect(assigned.get('o/other')?.blocked).toBeNull();
  });

  test('blocks a wish for the path that an earlier run gave to another', () => {
    const entries = [{ key: 'o/c++', original: 'c++', wanted: 'cpp' }];
    const remembered = new Map([['o/cpp', 'cpp']]);
    expect(assignPaths(entries, { ...EMPTY, remembered }).get('o/c++')?.blocked?.reason).toContain('"o/cpp"');
  });
});

// Close alphabets, so that collisions are common.
const sourceName = fc.oneof(
  fc.stringMatching(/^[a-bA-B.+][aAbB._+-]{0,4}$/),
  fc.constantFrom(
    'raw',
    'Raw',
    'raw-repo',
    'foo',
    'Foo',
    'foo.wiki',
    'foo-wiki',
    'x.git',
    'x-git',
    'api',
    '.',
    '..',
  ),
);
const names = fc.uniqueArray(sourceName, { maxLength: 14 });
const level = fc.constantFrom<PathLevel>('top-group', 'subgroup', 'project');
const taken = fc.uniqueArray(fc.constantFrom('a', 'ab', 'a-b', 'foo', 'raw-repo', 'x-git'), { maxLength: 4 });

describe('for any set of names of the source', () => {
  test('paths are legal, distinct ignoring case, and leave what others have', () => {
    fc.assert(
      fc.property(names, level, taken, (originals, at, foreign) => {
        const context: PathContext = { ...EMPTY, level: at, taken: new Set(foreign) };
        const assigned = [...assignPaths(entriesOf(...originals), context).values()];
        expect(assigned).toHaveLength(originals.length);
        for (const { path, blocked } of assigned) {
          expect(legalPath(path, at)).toEqual([]);
          expect(blocked).toBeNull();
        }
        const paths = assigned.map(({ path }) => path.toLowerCase());
        const all = new Set([...paths, ...foreign]);
        expect(all.size).toBe(paths.length + foreign.length);
        for (const path of paths) expect(all.has(`${path}.wiki`)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of the entries does not matter', () => {
    const shuffled = names.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, level, ([first, second], at) => {
        expect(pathsOf(entriesOf(...second), { level: at })).toEqual(
          pathsOf(entriesOf(...first), { level: at }),
        );
      }),
    );
  });

  test('a later run with more names moves nothing', () => {
    fc.assert(
      fc.property(names, names, level, (early, late, at) => {
        const before = pathsOf(entriesOf(...early), { level: at });
        const remembered = new Map(Object.entries(before));
        const all = [...new Set([...early, ...late])];
        const after = pathsOf(entriesOf(...all), { level: at, remembered });
        expect(after).toMatchObject(before);
        expect(new Set(Object.values(after).map((path) => path.toLowerCase())).size).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });

  test('a wish that is legal and free is always granted', () => {
    fc.assert(
      fc.property(names, fc.stringMatching(/^wish[a-z]{1,3}$/), (originals, wanted) => {
        const [first, ...others] = entriesOf('mapped', ...originals.filter((name) => name !== 'mapped'));
        const entries = [{ key: 'o/mapped', original: 'mapped', ...first, wanted }, ...others];
        expect(pathsOf(entries)['o/mapped']).toBe(wanted);
      }),
    );
  });
});
