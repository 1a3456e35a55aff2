import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './auth.ts';
import type { GitBucketContext } from './context.ts';
import type { AccountRecord, GroupMember, SshKey } from './state.ts';

export type NewUser = {
  login: string;
  email: string;
  fullName?: string;
  /** The login itself when absent; null for a user of a directory, who has none here. */
  password?: string | null;
  federation?: { issuer: string; subject: string };
  extraMails?: readonly string[];
  admin?: boolean;
  description?: string;
  url?: string;
  /** Milliseconds; now when absent. */
  createdAt?: number;
};

export type NewGroup = {
  login: string;
  description?: string;
  url?: string;
  members: readonly GroupMember[];
  createdAt?: number;
};

/** Adds a user; names are not checked, only an exact duplicate fails, as in the API (GB-45). */
export function addUser(context: GitBucketContext, user: NewUser): AccountRecord {
  const { federation, password = federation === undefined ? user.login : null } = user;
  return add(context, {
    kind: 'user',
    email: user.email,
    fullName: user.fullName ?? user.login,
    ...(password !== null && { password }),
    ...(federation !== undefined && { federation }),
    ...(user.extraMails !== undefined && { extraMails: [...user.extraMails] }),
    admin: user.admin ?? false,
    members: [],
    ...common(context, user),
  });
}

/** Adds a group; every member must exist. */
export function addGroup(context: GitBucketContext, group: NewGroup): AccountRecord {
  const stranger = group.members.find((member) => !context.anyAccount(member.login));
  if (stranger) throw new Error(`no account ${stranger.login}`);
  return add(context, {
    kind: 'group',
    email: `${group.login}@devnull`,
    fullName: group.login,
    admin: false,
    members: group.members.map((member) => ({ ...member })),
    ...common(context, group),
  });
}

/** Adds a key as the form does; the same one may belong to several users (GB-227). */
export function addSshKey(context: GitBucketContext, login: string, key: Omit<SshKey, 'id'>): SshKey {
  const row = { id: context.nextId('ssh-key'), ...key };
  (existing(context, login).sshKeys ??= []).push(row);
  context.changed();
  return row;
}

/** Gives an account a picture of its own. */
export function setAvatar(context: GitBucketContext, login: string, image: string, bytes: Uint8Array): void {
  const folder = filesOf(context, login);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, image), bytes);
  existing(context, login).image = image;
  context.changed();
}

/** Where the files of an account lie (GB-240). */
export function filesOf(context: GitBucketContext, login: string): string {
  return join(context.dir, 'data', encodeURIComponent(login), 'files');
}

/** Disabling also ends all memberships and collaborations, for good (GB-46). */
export function disableAccount(context: GitBucketContext, login: string): void {
  const account = existing(context, login);
  for (const group of context.state.accounts) {
    group.members = group.members.filter((member) => member.login !== login);
  }
  for (const repository of context.state.repositories) {
    repository.collaborators = repository.collaborators.filter((row) => row.login !== login);
  }
  account.disabled = true;
  context.changed();
}

export function enableAccount(context: GitBucketContext, login: string): void {
  existing(context, login).disabled = false;
  context.changed();
}

/** Makes a personal access token; only its hash is kept, so each call gives a new one. */
export function mintToken(context: GitBucketContext, login: string): string {
  existing(context, login);
  const token = randomBytes(20).toString('hex');
  context.state.tokens.push({ sha256: sha256(token), login });
  context.changed();
  return token;
}

/** Deletes a personal access token. */
export function revokeToken(context: GitBucketContext, token: string): void {
  const hash = sha256(token);
  context.state.tokens = context.state.tokens.filter((each) => each.sha256 !== hash);
  context.changed();
}

function existing(context: GitBucketContext, login: string): AccountRecord {
  const account = context.anyAccount(login);
  if (!account) throw new Error(`no account ${login}`);
  return account;
}

function common(context: GitBucketContext, account: NewUser | NewGroup) {
  return {
    id: context.nextId('account'),
    login: account.login,
    disabled: false,
    createdAt: account.createdAt ?? context.now(),
    ...(account.description !== undefined && { description: account.description }),
    ...(account.url !== undefined && { url: account.url }),
  };
}

function add(context: GitBucketContext, account: AccountRecord): AccountRecord {
  if (context.anyAccount(account.login)) throw new Error(`account ${account.login} exists`);
  context.state.accounts.push(account);
  context.changed();
  return account;
}
