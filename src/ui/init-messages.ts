import type { SourceProbe, TargetProbe } from '../engine/connect.ts';
import { plural } from '../text/format.ts';

/** Sentences of `gb2gl init`. */
export const initIntro = `A few questions; nothing on the two servers is changed, and no token is written to a file.
Where a question shows a value in brackets, Enter takes it.\n\n`;

export const nothingWritten = 'Nothing was written.\n';

export const sides = {
  source: {
    server: 'GitBucket',
    urlVariable: 'GITBUCKET_URL',
    tokenVariable: 'GITBUCKET_TOKEN',
    example: 'https://gitbucket.example.com',
    tokenFrom: 'of an administrator: Account settings > Applications',
  },
  target: {
    server: 'GitLab',
    urlVariable: 'GITLAB_URL',
    tokenVariable: 'GITLAB_TOKEN',
    example: 'https://gitlab.example.com',
    tokenFrom: 'scope api: Edit profile > Access tokens',
  },
} as const;
export type Side = (typeof sides)[keyof typeof sides];

export function replaceQuestion(file: string): string {
  return `${file} is there already. Replace it, with all that is in it? [y/N] `;
}

export function urlQuestion({ server, example }: Side, preset: string): string {
  return `Address of ${server} ${preset === '' ? `(such as ${example})` : `[${preset}]`}: `;
}

export function tokenQuestion({ server, tokenFrom }: Side): string {
  return `Token for ${server} (${tokenFrom}; not shown; Enter leaves it out): `;
}

export function tokenIsSet({ tokenVariable }: Side): string {
  return `The token is taken from ${tokenVariable}.\n`;
}

export function askingServer({ server }: Side, url: string): string {
  return `Asking ${server} at ${url} …\n`;
}

/** The answer itself is not repeated: it may hold a password. */
export function urlWrong(reason: string): string {
  return `  the address ${reason.replace('; use "token"', '; the token is asked for next')}\n`;
}

export function wrongAnswer(message: string, hint: string): string {
  return `  ${message}\n  -> ${hint}\n`;
}

export const againQuestions = {
  url: ({ server }: Side) => `Another address of ${server}, or the same to try again (Enter leaves it): `,
  token: ({ server }: Side) => `Another token for ${server} (not shown; Enter leaves it): `,
  caFile: ({ server }: Side) => `PEM file with the CA certificate of ${server} (Enter leaves it): `,
};

export function leftUntested({ server }: Side): string {
  return `  ${server} is left as it is, untested.\n\n`;
}

export function sourceFound({ login, admin, holds, problems }: SourceProbe): string {
  const who = admin === true ? `${login}, an administrator` : login;
  const lines = [`GitBucket knows the token: ${who}.`];
  if (admin === false)
    lines.push('It is no administrator: what it cannot see will not be moved, and nobody will tell.');
  if (holds !== null) {
    const { groups, users, repositories } = holds;
    lines.push(
      `It sees ${plural(groups, 'group')}, ${plural(users, 'user')} and ${plural(repositories, 'repository', 'repositories')}.`,
    );
  }
  lines.push(...problems);
  return `${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

export function targetFound({ version, username, admin, canCreateGroup }: TargetProbe): string {
  const who = admin ? `${username}, an administrator` : username;
  const lines = [`GitLab ${version} knows the token: ${who}.`];
  if (!admin)
    lines.push(
      'It is no administrator: repositories of users go to groups, since only an administrator may create in personal namespaces of others.',
    );
  lines.push(
    canCreateGroup
      ? 'It may create groups at the top level.'
      : 'It may not create groups at the top level: name a parent group.',
  );
  return `${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

export const parentQuestion =
  'Group on GitLab below which everything is created (full path; Enter for the top level): ';
export const parentAgainQuestion =
  'Another group, or the same to take it as it is (Enter for the top level): ';

export function parentFound(fullPath: string, usable: boolean): string {
  const rights = usable ? '' : '; the token may not create projects in it';
  return `  ${fullPath} is there${rights}.\n`;
}

export function missingVariables(names: readonly string[]): string {
  return `--yes takes everything from the environment, where ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not set`;
}

export type Written = {
  file: string;
  /** True when the file is not the one that is read without `--config`. */
  named: boolean;
  /** Variables that do not hold the token that was given. */
  tokens: readonly string[];
  /** Variables that hold another address than the file, and win over it. */
  overruling: readonly string[];
};

export function initEnd({ file, named, tokens, overruling }: Written): string {
  const exports = tokens.map((name) => `  export ${name}='<the token>'\n`).join('');
  const unsets = overruling.map((name) => `  unset ${name}\n`).join('');
  const next = `  gb2gl plan --all${named ? ` --config ${file}` : ''}\n`;
  const notes = [
    `${file} is written; only you can read it, and no token is in it.`,
    ...(tokens.length === 0 ? [] : ['The tokens are taken from the environment: set them there.']),
    ...overruling.map((name) => `${name} is set to another address and wins over the file: unset it.`),
  ];
  return `\n${notes.join('\n')}\nNext:\n\n${unsets}${exports}${next}`;
}
