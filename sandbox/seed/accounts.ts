import type { EmbeddedGitBucket } from '../gitbucket.ts';

export type SampleOwner = { login: string; kind: 'user' | 'group'; what: string };

const FOUNDED = Date.UTC(2021, 2, 1, 9);

const USERS: readonly { login: string; fullName: string; email: string; what: string }[] = [
  { login: 'alice', fullName: 'Alice Archer', email: 'alice@example.com', what: 'manages platform' },
  { login: 'bob', fullName: 'Bob Baker', email: 'bob@example.com', what: 'manages mobile' },
  { login: 'carol', fullName: 'Carol Chen', email: 'carol@example.com', what: 'disabled, owns a repository' },
  { login: 'dave', fullName: 'Dave Dahl', email: 'dave@example.com', what: 'owns a damaged repository' },
  { login: 'x', fullName: 'Xavier', email: 'x@example.com', what: 'a name of one letter' },
  { login: 'a..b', fullName: 'Anna Berg', email: 'anna.berg@example.com', what: 'two dots in the name' },
  {
    login: 'duo-bot',
    fullName: 'Build robot',
    email: 'robot@example.com',
    what: 'a name GitLab keeps for itself',
  },
  { login: 'me.json', fullName: 'Jason', email: 'jason@example.com', what: 'a name that ends like a file' },
  { login: 'dashboard', fullName: 'Wall screen', email: 'screen@example.com', what: 'a name that is a page' },
  {
    login: 'Erin',
    fullName: 'Erin Elm',
    email: 'erin.elm@example.com',
    what: 'differs from erin in case only',
  },
  {
    login: 'erin',
    fullName: 'Erin Ekman',
    email: 'erin.ekman@example.com',
    what: 'differs from Erin in case only',
  },
  {
    login: 'ops',
    fullName: 'Operations mailbox',
    email: 'ops@example.com',
    what: 'a user beside the group Ops',
  },
];

const GROUPS: readonly { login: string; description?: string; members: string; what: string }[] = [
  {
    login: 'platform',
    description: 'Servers and tools — das Fundament',
    members: 'alice! bob dave',
    what: 'the biggest group',
  },
  { login: 'mobile', description: 'Apps', members: 'bob! carol', what: 'odd branch names' },
  {
    login: 'Data.Science',
    description: 'Models & numbers',
    members: 'alice! dave!',
    what: 'a dot and capitals',
  },
  { login: 'Ops', members: 'dave!', what: 'a group beside the user ops' },
  { login: 'future-plans', description: 'Nothing here yet', members: 'bob!', what: 'no repository at all' },
];

/** Makes the company's users and groups; `!` marks a manager. */
export function seedAccounts(gitbucket: EmbeddedGitBucket): SampleOwner[] {
  const owners: SampleOwner[] = [{ login: 'root', kind: 'user', what: 'the administrator, on both sides' }];
  USERS.forEach(({ login, fullName, email, what }, index) => {
    gitbucket.addUser({ login, fullName, email, createdAt: FOUNDED + index * 60_000 });
    owners.push({ login, kind: 'user', what });
  });
  GROUPS.forEach(({ login, description, members, what }, index) => {
    gitbucket.addGroup({
      login,
      createdAt: FOUNDED + (100 + index) * 60_000,
      members: members
        .split(' ')
        .map((name) => ({ login: name.replace('!', ''), manager: name.endsWith('!') })),
      ...(description !== undefined && { description }),
    });
    owners.push({ login, kind: 'group', what });
  });
  return owners;
}
