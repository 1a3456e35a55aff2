import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suggestUsername } from '../../src/gitlab/rules/usernames.ts';
import type { TestServers } from './servers.ts';

/** Gives everybody on GitBucket who is enabled and has a real address an account on GitLab with the same one. */
export function accountsForAll({ gitbucket, gitlab }: Pick<TestServers, 'gitbucket' | 'gitlab'>): void {
  const known = (): string[] => gitlab.context.state.users.map(({ username }) => username.toLowerCase());
  for (const { kind, login, email, disabled } of gitbucket.context.state.accounts) {
    if (kind !== 'user' || disabled || email.endsWith('@localhost')) continue;
    const wanted = suggestUsername(login);
    const username = known().includes(wanted.toLowerCase()) ? `${wanted}-2` : wanted;
    gitlab.addUser({ username, email });
  }
}

/** Says in the file of people of a work directory that these get no account: their repositories go into groups. */
export async function nobodyComes(cwd: string, logins: readonly string[]): Promise<string> {
  const file = join(cwd, '.gb2gl', 'people.csv');
  await mkdir(join(cwd, '.gb2gl'), { recursive: true });
  await writeFile(file, ['login,gitlab_username', ...logins.map((login) => `${login},-`), ''].join('\n'));
  return file;
}
