import { expect, test } from 'vitest';
import { Config } from '../../../src/config/schema.ts';
import { deletionFindings, identityFindings } from '../../../src/doctor/target-access.ts';
import type { TargetIdentity } from '../../../src/model/target.ts';

const now = Date.UTC(2026, 0, 1);
const config = Config.parse({
  source: { url: 'https://gitbucket.example.com', token: 'a-token' },
  target: { url: 'https://gitlab.example.com', token: 'a-token' },
  map: { owners: { 'team-b': 'platform/Team-B' } },
});

function identity(changes: Partial<TargetIdentity['user']> = {}, version = '18.9.0-ee'): TargetIdentity {
  const user = { id: 1, username: 'ada', email: '', admin: true, canCreateGroup: true, namespaceId: 1 };
  return {
    version,
    token: { scopes: ['api'], expiresAt: '2026-12-01' },
    user: { ...user, projectsLimit: 100_000, ...changes },
  };
}

function codesOf(who: TargetIdentity, target: Partial<Config['target']> = {}): string[] {
  return identityFindings(who, { ...config.target, ...target }, now).map(({ code }) => code);
}

test('rights of the user and the version of GitLab are judged', () => {
  expect(codesOf(identity())).toEqual(['target-token', 'target-groups', 'target-version']);
  expect(codesOf(identity({ admin: false, canCreateGroup: false }, '17.11.0'))).toEqual([
    'target-token',
    'target-not-administrator',
    'target-groups-forbidden',
    'target-version',
    'target-deletes-late',
  ]);
  expect(codesOf(identity({}, '15.11.13'))).toContain('target-version-old');
  expect(codesOf(identity({ projectsLimit: 0 }))).toContain('target-no-own-projects');
  expect(codesOf(identity(), { parentGroup: 'imports' })).toEqual(['target-token', 'target-version']);
});

test('on GitLab.com the API creates no groups at the top level', () => {
  const url = 'https://gitlab.com';
  expect(codesOf(identity(), { url })).toContain('target-gitlab-com');
  expect(codesOf(identity(), { url, parentGroup: 'imports' })).not.toContain('target-gitlab-com');
});

test.each([
  ['2026-01-01', ['target-token', 'target-token-expires']],
  ['2026-01-14', ['target-token', 'target-token-expires']],
  ['2026-01-15', ['target-token']],
  [null, ['target-token']],
])('a token that ends on %s', (expiresAt, ids) => {
  const who = { ...identity(), token: { scopes: ['api'], expiresAt } };
  expect(codesOf(who).slice(0, ids.length + 1)).toEqual([...ids, 'target-groups']);
});

test('a token of another kind shows nothing of itself', () => {
  expect(codesOf({ ...identity(), token: null })[0]).toBe('target-token-unknown');
});

test('what was deleted is reported where its old path is wanted, also as a mapped one', () => {
  const scheduled = [
    'team-a-deletion_scheduled-7',
    'Platform/team-b-deletion_scheduled-8',
    'team-a/one-deletion_scheduled-9',
    'others-deletion_scheduled-10',
  ];
  const findings = deletionFindings(scheduled, ['team-a', 'team-b'], config);
  expect(findings.map(({ code }) => code)).toEqual(['target-deletion-scheduled']);
  expect(findings[0]?.message).toContain(scheduled.slice(0, 3).join(', '));
  expect(findings[0]?.message).not.toContain('others');
  expect(deletionFindings(scheduled, ['nobody'], config)).toEqual([]);
});
