import * as fc from 'fast-check';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { Config } from '../../../src/config/schema.ts';
import { emptyHistory } from '../../../src/journal/history.ts';
import type { Owner, Repository } from '../../../src/model/forge.ts';
import { planGroups, ownerPaths, type Placement } from '../../../src/plan/groups.ts';
import { projectPaths } from '../../../src/plan/project-paths.ts';
import { targetOf } from '../../helpers/adapters.ts';
import { newGroupOf } from '../../helpers/as-planned.ts';
import { accountName, repositoryName } from '../../helpers/legal-names.ts';
import { testServers } from '../../helpers/servers.ts';

const OWNERS = 300;
const REPOSITORIES = 5;
const limit = pLimit(8);
/** Reserved together only, and only below the first component of a path. */
const pairs = new Map([
  ['environments', ['folders', 'Folders']],
  ['gitlab-lfs', ['objects']],
  ['info', ['lfs', 'objects']],
  ['folders', ['environments']],
]);

function unique(names: fc.Arbitrary<string>, count: number, seed: number): string[] {
  return [...new Set(fc.sample(names, { numRuns: count, seed }))];
}

test.each([null, 'top/environments'])(
  'GitLab accepts the planned path and name of every one of 2,000 names of GitBucket, below %s',
  async (parentGroup) => {
    const { gitlab } = await testServers();
    const target = targetOf(gitlab);
    const { user } = await target.connect();
    gitlab.addGroup({ path: 'top', visibility: 'public' });
    gitlab.addGroup({ path: 'environments', parent: 'top', visibility: 'public' });
    const parent = parentGroup === null ? null : await target.findGroup(parentGroup);
    const url = 'https://git.example.com';
    const config = Config.parse({ source: { url }, target: { url, parentGroup } });
    const history = emptyHistory();

    const count = parentGroup === null ? OWNERS : OWNERS / 4;
    const logins = new Set([...pairs.keys(), ...unique(accountName, count, 7)]);
    const owners = [...logins].map((login): Owner => ({
      login,
      kind: 'group',
      description: '',
      email: '',
    }));
    const repositories = owners.flatMap(({ login: owner }, index) =>
      [...new Set([...(pairs.get(owner) ?? []), ...unique(repositoryName, REPOSITORIES, index)])].map(
        (name): Repository => ({
          owner,
          name,
          description: '',
          private: true,
          defaultBranch: 'main',
        }),
      ),
    );
    const paths = ownerPaths(owners, config, new Set(['root', 'top']), history);
    const placements = new Map(
      owners.map((owner): [string, Placement] => {
        const fullPath = paths.get(owner.login)?.fullPath ?? '';
        return [
          owner.login,
          { owner, fullPath, kind: 'group', namespace: null, parent, reasons: [], blocked: null },
        ];
      }),
    );
    const source = { url, anonymousAccess: true, owners, repositories, problems: [], warnings: [] };
    const groups = planGroups(
      {
        config,
        placements,
        people: { planned: [], members: new Map(), collaborators: new Map() },
        wholeOwners: new Set(owners.map(({ login }) => login)),
        target: {
          url,
          version: '18.9.0',
          initialBranch: 'main',
          user,
          restricted: [],
          newGroupsTakeProjects: true,
        },
      },
      [],
    );

    const refused: string[] = [];
    const ids = new Map<string, number>();
    await Promise.all(
      groups.map((group) =>
        limit(async () => {
          try {
            const { id } = await target.createGroup(newGroupOf(group, parent?.id ?? null));
            ids.set(group.id, id);
          } catch (error) {
            refused.push(`${group.id}: ${String(error)}`);
          }
        }),
      ),
    );
    await Promise.all(
      [...projectPaths({ source, placements, config, history })].map(([id, { path, fullPath, name }]) =>
        limit(async () => {
          const namespaceId = ids.get(id.split('/')[0] ?? '') ?? 0;
          const rest = {
            description: '',
            visibility: 'private',
            defaultBranch: null,
            noise: {},
            userId: null,
          } as const;
          try {
            const made = await target.createProject({ path, fullPath, name, namespaceId, ...rest });
            if (made.fullPath !== fullPath) refused.push(`${id}: made at ${made.fullPath}`);
          } catch (error) {
            refused.push(`${id}: ${String(error)}`);
          }
        }),
      ),
    );
    expect(refused).toEqual([]);
    expect(gitlab.context.state.projects.length).toBe(repositories.length);
  },
);
