import type { EmbeddedGitBucket } from '../gitbucket.ts';
import { simple } from './everyday.ts';
import type { Shelf } from './shelf.ts';

/** Logins that LDAP or the API made, where GitBucket checks nothing (GB-45, GB-51). */
const LDAP_LOGINS = ['jane.doe@example.com', 'john doe'] as const;

const NAMES: readonly [name: string, what: string][] = [
  ['+', 'nothing but a plus sign'],
  ['lib_', 'ends with an underscore'],
  ['a..b', 'two dots'],
  ['x.atom', 'ends with .atom'],
  ['wikis', 'a word that GitLab reserves'],
];

/** Further owners and repositories with names that GitLab would not take (situations 31 and 32 of docs/servers/gitbucket.md). */
export function seedOddAccounts(shelf: Shelf, gitbucket: EmbeddedGitBucket): void {
  LDAP_LOGINS.forEach((login, index) => {
    gitbucket.addUser({
      login,
      fullName: login,
      email: `ldap${index}@example.com`,
      createdAt: shelf.nextTime(),
    });
    const id = `${login}/notes`;
    shelf.add(id, { situations: [32], what: 'owner whose login LDAP gave' }, {}, (story) =>
      simple(story, id, 1),
    );
  });
  for (const [name, what] of NAMES) {
    const id = `alice/${name}`;
    shelf.add(id, { situations: [31], what }, {}, (story) => simple(story, id, 1));
  }
}

/**
 * What the upgrade to 4.47 leaves where the parent of a fork had vanished: a disabled account with a private, empty
 * repository without a wiki (GB-71, situation 29).
 */
export function seedPlaceholder(shelf: Shelf, gitbucket: EmbeddedGitBucket): void {
  gitbucket.addUser({ login: 'vanished', email: 'vanished@example.com', createdAt: shelf.nextTime() });
  shelf.add(
    'vanished/parent',
    { situations: [29], what: 'placeholder for the parent of a fork' },
    { private: true, wiki: false },
  );
  const at = shelf.nextTime();
  gitbucket.fork('vanished', 'parent', 'bob', { createdAt: at, activityAt: at });
  shelf.note('bob/parent', { situations: [29], what: 'fork of a placeholder' });
  gitbucket.disable('vanished');
}
