import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Config } from '../../../src/config/schema.ts';
import { legalFullPath } from '../../../src/gitlab/rules/paths.ts';
import { emptyHistory, type History } from '../../../src/journal/history.ts';
import type { Owner, Repository } from '../../../src/model/forge.ts';
import { ownerPaths } from '../../../src/plan/groups.ts';
import type { ProjectPath } from '../../../src/plan/input.ts';
import { projectPaths } from '../../../src/plan/project-paths.ts';
import { accountName, repositoryName } from '../../helpers/legal-names.ts';

type Server = ReadonlyMap<string, readonly string[]>;
type Places = { groups: Record<string, string>; projects: Map<string, ProjectPath> };

const server: fc.Arbitrary<Server> = fc
  .uniqueArray(fc.tuple(accountName, fc.uniqueArray(repositoryName, { maxLength: 8 })), {
    selector: ([login]) => login,
    maxLength: 6,
  })
  .map((entries) => new Map(entries));
const parent = fc.constantFrom(null, 'top', 'top/environments', 'top/gitlab-lfs', 'p'.repeat(120));

function settings(parentGroup: string | null, map: object = {}): Config {
  const url = 'https://git.example.com';
  return Config.parse({ source: { url }, target: { url, parentGroup }, map });
}

/** Where everything goes on a GitLab where nothing is in the way. */
function placesOf(repositories: Server, config: Config, history: History = emptyHistory()): Places {
  const owners = [...repositories.keys()].map((login): Owner => ({
    login,
    kind: 'group',
    description: '',
    email: '',
  }));
  const groups = ownerPaths(owners, config, new Set(), history);
  const list = [...repositories].flatMap(([owner, names]) =>
    names.map((name): Repository => ({
      owner,
      name,
      description: '',
      private: true,
      defaultBranch: 'main',
    })),
  );
  const placements = new Map(
    owners.map((owner) => {
      const fullPath = groups.get(owner.login)?.fullPath ?? '';
      const kind = 'group' as const;
      const nothing = { namespace: null, parent: null, reasons: [], blocked: null };
      return [owner.login, { owner, fullPath, kind, ...nothing }];
    }),
  );
  const source = {
    url: '',
    anonymousAccess: true,
    owners,
    repositories: list,
    problems: [],
    warnings: [],
  };
  return {
    groups: Object.fromEntries([...groups].map(([login, { fullPath }]) => [login, fullPath])),
    projects: new Map(projectPaths({ source, placements, config, history })),
  };
}

/** What a journal knows once all of it is migrated. */
function migrated({ groups, projects }: Places): History {
  const history = emptyHistory();
  const paths = [
    ...Object.entries(groups),
    ...[...projects].map(([id, { fullPath }]): [string, string] => [id, fullPath]),
  ];
  for (const [id, path] of paths) {
    history.items.set(id, {
      target: { id: history.items.size + 1, path },
      steps: new Map(),
      at: '',
    });
  }
  return history;
}

function pathsOf({ projects }: Places): Record<string, string> {
  return Object.fromEntries([...projects].map(([id, { fullPath }]) => [id, fullPath]));
}

describe('for any accounts and repositories that GitBucket takes', () => {
  test('every path is legal at its place, and all are distinct in the one space that ignores letter case', () => {
    fc.assert(
      fc.property(server, parent, (repositories, above) => {
        const places = placesOf(repositories, settings(above));
        const groups = Object.values(places.groups);
        const projects = [...places.projects.values()];
        for (const path of groups) expect(legalFullPath(path, 'group')).toEqual([]);
        for (const { fullPath } of projects) expect(legalFullPath(fullPath, 'project')).toEqual([]);
        const all = [...groups, ...projects.map(({ fullPath }) => fullPath)];
        expect(new Set(all.map((path) => path.toLowerCase())).size).toBe(all.length);
        expect(projects.every(({ blocked }) => blocked === null)).toBe(true);
        const names = [...places.projects].map(([id, { name }]) => `${id.split('/')[0]}/${name}`);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 300 },
    );
  });

  test('what was migrated keeps its path whatever is added later, and the same plan comes out twice', () => {
    fc.assert(
      fc.property(server, server, parent, (early, late, above) => {
        const config = settings(above);
        const before = placesOf(early, config);
        const history = migrated(before);
        const all = new Map(early);
        for (const [owner, names] of late)
          all.set(owner, [...new Set([...(early.get(owner) ?? []), ...names])]);
        const after = placesOf(all, config, history);
        expect(after.groups).toMatchObject(before.groups);
        expect(pathsOf(after)).toMatchObject(pathsOf(before));
        expect(pathsOf(placesOf(all, config, history))).toEqual(pathsOf(after));
      }),
      { numRuns: 200 },
    );
  });

  test('a name that GitLab takes keeps itself, also when nothing was migrated yet, whatever is added', () => {
    fc.assert(
      fc.property(server, server, (early, late) => {
        const all = new Map([...late, ...early]);
        const before = placesOf(early, settings(null));
        const after = placesOf(all, settings(null));
        const kept = Object.entries(before.groups).filter(
          ([login, path]) => login === path && !rivals(login, all.keys()),
        );
        expect(after.groups).toMatchObject(Object.fromEntries(kept));
      }),
      { numRuns: 200 },
    );
  });

  test('what the map says is granted, to whomever the path would fall otherwise', () => {
    fc.assert(
      fc.property(server, fc.nat(), (repositories, pick) => {
        const entries = [...placesOf(repositories, settings(null)).projects];
        const wanted = entries[pick % Math.max(entries.length, 1)];
        fc.pre(wanted !== undefined);
        const [id, { fullPath }] = wanted;
        const owner = id.split('/')[0] ?? '';
        const all = new Map(repositories).set(owner, [...(repositories.get(owner) ?? []), 'mapped-one']);
        const config = settings(null, { repositories: { [`${owner}/mapped-one`]: fullPath } });
        fc.pre(!(repositories.get(owner) ?? []).includes('mapped-one'));
        const places = placesOf(all, config);
        expect(places.projects.get(`${owner}/mapped-one`)).toMatchObject({ fullPath, blocked: null });
        expect(places.projects.get(id)?.fullPath).not.toBe(fullPath);
      }),
      { numRuns: 200 },
    );
  });
});

/** Does another account differ from it in letter case, or by the end of a wiki, only? */
function rivals(login: string, logins: Iterable<string>): boolean {
  return [...logins].some((other) => other !== login && stemOf(other) === stemOf(login));
}

function stemOf(login: string): string {
  return login.toLowerCase().replace(/\.wiki$/, '');
}
