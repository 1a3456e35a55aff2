import type { SourceProbe, TargetProbe } from '../engine/connect.ts';
import { plural } from '../text/format.ts';

/** Sentences of `gb2gl init`. */
export const initIntro = `A few questions. Neither server is changed, and no token is written to a file.
Press Enter to accept a value shown in brackets.\n\n`;

export const nothingWritten = 'Nothing was written.\n';

export const sides = {
  source: {
    server: 'GitBucket',
    urlVariable: 'GITBUCKET_URL',
    tokenVariable: 'GITBUCKET_TOKEN',
    example: 'https://gitbucket.example.com',
    tokenFrom: 'an administrator token from Account settings > Applications',
  },
  target: {
    server: 'GitLab',
    urlVariable: 'GITLAB_URL',
    tokenVariable: 'GITLAB_TOKEN',
    example: 'https://gitlab.example.com',
    tokenFrom: 'scope api, from Edit profile > Access tokens',
  },
} as const;
export type Side = (typeof sides)[keyof typeof sides];

export function replaceQuestion(file: string): string {
  return `${file} already exists. Overwrite it? [y/N] `;
}

export function urlQuestion({ server, example }: Side, preset: string): string {
  return `URL of ${server} ${preset === '' ? `(for example ${example})` : `[${preset}]`}: `;
}

export function tokenQuestion({ server, tokenFrom }: Side): string {
  return `Token for ${server} (${tokenFrom}; input is hidden; Enter to skip): `;
}

export function tokenIsSet({ tokenVariable }: Side): string {
  return `Using the token from ${tokenVariable}.\n`;
}

export function askingServer({ server }: Side, url: string): string {
  return `Contacting ${server} at ${url} …\n`;
}

/** The answer itself is not repeated: it may hold a password. */
export function urlWrong(reason: string): string {
  return `  the URL ${reason.replace('; use "token"', '; you will be asked for the token next')}\n`;
}

export const noScheme = 'has no scheme: add http:// or https:// in front of it';

export function urlNeeded({ server }: Side): string {
  return `  an answer is needed here: the URL of ${server}\n`;
}

export function tokenWrong(reason: string): string {
  return `  the token: ${reason}\n`;
}

export function wrongAnswer(message: string, hint: string): string {
  return `  ${message}\n  → ${hint}\n`;
}

export const againQuestions = {
  url: ({ server }: Side) => `New URL for ${server}, or the same one to try again (Enter to skip): `,
  token: ({ server }: Side) => `New token for ${server} (input is hidden; Enter to skip): `,
  caFile: ({ server }: Side) => `PEM file with the CA certificate of ${server} (Enter to skip): `,
};

export function leftUntested({ server }: Side): string {
  return `  Keeping the ${server} settings without testing them.\n\n`;
}

export function sourceFound({ login, admin, holds, problems }: SourceProbe): string {
  const who = admin === true ? `${login}, an administrator` : login;
  const lines = [`GitBucket accepts the token: ${who}.`];
  if (admin === false)
    lines.push(
      'This user is not an administrator: anything it cannot see is silently left out of the migration.',
    );
  if (holds !== null) {
    const { groups, users, repositories } = holds;
    lines.push(
      `This user can see ${plural(groups, 'group')}, ${plural(users, 'user')} and ${plural(repositories, 'repository', 'repositories')}.`,
    );
  }
  lines.push(...problems);
  return `${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

export function targetFound({ version, username, admin, canCreateGroup }: TargetProbe): string {
  const who = admin ? `${username}, an administrator` : username;
  const lines = [`GitLab ${version} accepts the token: ${who}.`];
  if (!admin)
    lines.push(
      "This user is not an administrator: users' repositories go to groups, because only administrators can create projects in other users' personal namespaces.",
    );
  lines.push(
    canCreateGroup
      ? 'This user can create top-level groups.'
      : 'This user cannot create top-level groups: specify a parent group.',
  );
  return `${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

export const parentQuestion =
  'GitLab group under which everything is created (full path; Enter for the top level): ';
export const parentAgainQuestion =
  'Another group, or the same one to use it anyway (Enter for the top level): ';

export function parentFound(fullPath: string, usable: boolean): string {
  const rights = usable ? '' : ', but the token cannot create projects in it';
  return `  ${fullPath} exists${rights}.\n`;
}

export function missingVariables(names: readonly string[]): string {
  return `--yes reads everything from the environment, but ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not set`;
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
    `Wrote ${file}: only you can read it, and it contains no tokens.`,
    ...(tokens.length === 0 ? [] : ['Tokens are read from the environment; set them there.']),
    ...overruling.map((name) => `${name} is set to a different URL and overrides the file; unset it.`),
  ];
  return `\n${notes.join('\n')}\nNext:\n\n${unsets}${exports}${next}`;
}
