import { describe, expect, test } from 'vitest';
import {
  hiddenParent,
  type SnapshotGroup,
  type SnapshotProject,
  type Snapshot,
  type SnapshotUser,
} from '../../../src/rehearse/snapshot.ts';
import { stagedState } from '../../../src/rehearse/stage.ts';

const NOW = '2026-01-01T00:00:00.000Z';

function user(id: number, username: string, namespaceId: number | null): SnapshotUser {
  const rights = { admin: false, canCreateGroup: true, projectsLimit: 10, external: false };
  return { id, username, email: `${username}@example.com`, namespaceId, state: 'active', ...rights };
}

function group(id: number, fullPath: string, more: Partial<SnapshotGroup> = {}): SnapshotGroup {
  const path = fullPath.slice(fullPath.lastIndexOf('/') + 1);
  return {
    id,
    parentId: null,
    path,
    name: path,
    fullPath,
    description: '',
    visibility: 'private',
    archived: false,
    markedForDeletionOn: null,
    accessLevel: 0,
    attributes: {},
    ...more,
  };
}

function project(id: number, namespaceId: number, fullPath: string): SnapshotProject {
  const path = fullPath.slice(fullPath.lastIndexOf('/') + 1);
  return {
    id,
    namespaceId,
    path,
    name: path,
    fullPath,
    description: '',
    visibility: 'private',
    archived: false,
    markedForDeletionOn: null,
    creatorId: 3,
    lfsEnabled: true,
    forkedFromId: null,
    accessLevel: 30,
    protectedBranches: [{ name: 'main', pushAccessLevel: 40, mergeAccessLevel: 40, allowForcePush: false }],
    protectedTags: [],
    attributes: {},
  };
}

function seen(more: Partial<Snapshot>): Snapshot {
  const nothing = { users: [], groups: [], projects: [] };
  return { me: user(7, 'mover', 70), scopes: null, settings: {}, settingsHidden: false, ...nothing, ...more };
}

describe('the state of the stage', () => {
  test('keeps all ids, and gives new ones above them', () => {
    const state = stagedState(
      seen({
        users: [user(3, 'alice', 130)],
        groups: [group(51, 'team', { accessLevel: 50 })],
        projects: [project(900, 51, 'team/one'), project(12, 130, 'alice/two')],
      }),
      NOW,
    );
    expect(state.users.map(({ id, namespaceId }) => [id, namespaceId])).toEqual([
      [7, 70],
      [3, 130],
    ]);
    expect(state.groups[0]).toMatchObject({ id: 51, members: [{ userId: 7, accessLevel: 50 }] });
    expect(state.projects[0]).toMatchObject({ id: 900, creatorId: 3, members: [{ accessLevel: 30 }] });
    expect(state.projects.flatMap(({ protectedBranches }) => protectedBranches.map(({ id }) => id))).toEqual([
      1, 2,
    ]);
    expect(state.nextId).toEqual({ user: 8, token: 1, namespace: 131, project: 901, other: 3 });
  });

  test('gives a user whose namespace is hidden one that nobody has', () => {
    const state = stagedState(seen({ me: user(7, 'mover', null), groups: [group(51, 'team')] }), NOW);
    expect(state.users[0]?.namespaceId).toBe(52);
    expect(state.nextId.namespace).toBe(53);
    expect(state.groups[0]?.members).toEqual([]);
  });

  test('has the token’s user once, and no project without a namespace', () => {
    const me = user(7, 'mover', 70);
    const state = stagedState(seen({ me, users: [me], projects: [project(1, 999, 'gone/one')] }), NOW);
    expect(state.users.length).toBe(1);
    expect(state.projects).toEqual([]);
  });

  test('has a group above one that the token sees, though that is hidden', () => {
    const child = group(60, 'a/b/c', { parentId: 59, visibility: 'internal' });
    expect(hiddenParent(child)).toMatchObject({
      id: 59,
      parentId: null,
      fullPath: 'a/b',
      path: 'b',
      visibility: 'internal',
    });
  });
});
