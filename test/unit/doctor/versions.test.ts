import { expect, test } from 'vitest';
import { Config } from '../../../src/config/schema.ts';
import { fromSigns, problemsOf, versionText } from '../../../src/doctor/source-probes.ts';
import { deletionFindings, identityFindings } from '../../../src/doctor/target-identity.ts';
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

function idsOf(who: TargetIdentity, target: Partial<Config['target']> = {}): string[] {
  return identityFindings(who, { ...config.target, ...target }, now).map(({ id }) => id);
}

function signs(...there: (boolean | null)[]) {
  return ['4.23', '4.30', '4.37', '4.47'].map((since, index) => ({ since, there: there[index] ?? null }));
}

test('the signs narrow the version down, and one that cannot be tried says nothing', () => {
  expect(versionText(fromSigns(signs(true, true, true, false)))).toBe('between 4.37 and 4.47');
  expect(versionText(fromSigns(signs(true, true, true, true)))).toBe('4.47 or later');
  expect(versionText(fromSigns(signs(true, true)))).toBe('4.30 or later');
  expect(versionText(fromSigns(signs(false)))).toBe('between 4.0 and 4.23');
});

test.each([
  ['4.22.0', ['source-git-without-tokens', 'source-names-by-case', 'source-without-owner-list']],
  ['4.29.0', ['source-without-owner-list']],
  ['4.38.4', []],
  ['4.47.0', ['source-placeholders']],
])('GitBucket %s has these problems', (exact, problems) => {
  const version = { exact, atLeast: exact, below: null };
  expect(problemsOf(version, config.source, 'x').map(({ id }) => id)).toEqual(problems);
});

test('what is only perhaps older is not told as a problem', () => {
  const perhaps = { exact: null, atLeast: '4.23', below: null };
  expect(problemsOf(perhaps, config.source, 'x')).toEqual([]);
  const surely = { exact: null, atLeast: '4.0', below: '4.23' };
  const withPassword = { ...config.source, username: 'ada', password: 'secret' };
  expect(problemsOf(surely, withPassword, 'x').map(({ id }) => id)).toEqual([
    'source-names-by-case',
    'source-without-owner-list',
  ]);
});

test('rights of the user and the version of GitLab are judged', () => {
  expect(idsOf(identity())).toEqual(['target-token', 'target-groups', 'target-version']);
  expect(idsOf(identity({ admin: false, canCreateGroup: false }, '17.11.0'))).toEqual([
    'target-token',
    'target-not-administrator',
    'target-groups-forbidden',
    'target-version',
    'target-deletes-late',
  ]);
  expect(idsOf(identity({}, '15.11.13'))).toContain('target-version-old');
  expect(idsOf(identity({ projectsLimit: 0 }))).toContain('target-no-own-projects');
  expect(idsOf(identity(), { parentGroup: 'imports' })).toEqual(['target-token', 'target-version']);
});

test('on GitLab.com the API makes no groups at the top level', () => {
  const url = 'https://gitlab.com';
  expect(idsOf(identity(), { url })).toContain('target-gitlab-com');
  expect(idsOf(identity(), { url, parentGroup: 'imports' })).not.toContain('target-gitlab-com');
});

test.each([
  ['2026-01-01', ['target-token', 'target-token-expires']],
  ['2026-01-14', ['target-token', 'target-token-expires']],
  ['2026-01-15', ['target-token']],
  [null, ['target-token']],
])('a token that ends on %s', (expiresAt, ids) => {
  const who = { ...identity(), token: { scopes: ['api'], expiresAt } };
  expect(idsOf(who).slice(0, ids.length + 1)).toEqual([...ids, 'target-groups']);
});

test('a token of another kind tells nothing of itself', () => {
  expect(idsOf({ ...identity(), token: null })[0]).toBe('target-token-unknown');
});

test('what was deleted is told where its old path is wanted, also as a mapped one', () => {
  const scheduled = [
    'team-a-deletion_scheduled-7',
    'Platform/team-b-deletion_scheduled-8',
    'team-a/one-deletion_scheduled-9',
    'others-deletion_scheduled-10',
  ];
  const findings = deletionFindings(scheduled, ['team-a', 'team-b'], config);
  expect(findings.map(({ id }) => id)).toEqual(['target-deletion-scheduled']);
  expect(findings[0]?.sentence).toContain(scheduled.slice(0, 3).join(', '));
  expect(findings[0]?.sentence).not.toContain('others');
  expect(deletionFindings(scheduled, ['nobody'], config)).toEqual([]);
});
