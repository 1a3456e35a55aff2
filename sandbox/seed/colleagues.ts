import type { EmbeddedGitLab } from '../gitlab.ts';

/** Those of the company who are on GitLab already, under names and addresses of their own. */
export function seedColleagues(gitlab: EmbeddedGitLab): void {
  gitlab.addUser({ username: 'alice.archer', name: 'Alice Archer', email: 'alice@example.com' });
  gitlab.addUser({
    username: 'bob',
    name: 'Bob Baker',
    email: 'bob.baker@example.net',
    emails: [{ address: 'bob@example.com', confirmed: true }],
  });
  gitlab.addUser({
    username: 'erin.ekman',
    name: 'Erin Ekman',
    email: 'ekman@example.net',
    commitEmail: 'erin.ekman@example.com',
  });
}
