import { expect, test } from 'vitest';
import { publicKey, titleOfKey, wantedKeys } from '../../../src/plan/ssh-keys.ts';
import { fingerprintOf, sshKey } from '../../helpers/ssh-keys.ts';

test('a key is its type and base64, whatever the comment and the blanks', () => {
  const plain = sshKey('a');
  const parsed = publicKey(`  ${plain}   build host 1\n`);
  expect(parsed).toEqual({
    text: plain,
    comment: 'build host 1',
    fingerprint: fingerprintOf(plain).slice('SHA256:'.length),
  });
  expect(publicKey('')).toBe(null);
  expect(publicKey('ssh-rsa')).toBe(null);
  expect(publicKey('ssh-rsa not*base64')).toBe(null);
});

test('a title is never blank and never longer than GitLab takes', () => {
  const key = publicKey(sshKey('a', 'me@host'));
  if (key === null) throw new Error('no key');
  expect(titleOfKey('  ci ', key)).toBe('ci');
  expect(titleOfKey(' ', key)).toBe('me@host');
  expect(titleOfKey(null, { ...key, comment: '' })).toBe(fingerprintOf(key.text));
  expect(Array.from(titleOfKey('😀'.repeat(300), key))).toHaveLength(255);
});

test('a key that a repository has twice is wanted once, and may push if one of its rows may', () => {
  const rows = [
    { title: 'first', key: sshKey('a', 'x'), canPush: false },
    { title: 'second', key: sshKey('a', 'y z'), canPush: true },
    { title: 'broken', key: 'nonsense', canPush: false },
  ];
  const { wanted, broken } = wantedKeys(rows);
  expect(wanted).toMatchObject([{ title: 'first', text: sshKey('a'), canPush: true }]);
  expect(broken).toEqual(['broken']);
});

test('the fingerprint is the one that ssh-keygen shows', () => {
  // ssh-keygen -lf of the key of github.com
  const known = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  expect(publicKey(known)?.fingerprint).toBe('+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
});
