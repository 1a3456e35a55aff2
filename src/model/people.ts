/** People and settings of the source, as its server tells them. */
import * as z from 'zod';
import type { Repository } from './forge.ts';
import { Notice } from './notice.ts';

/** By what something was told: `session` is a page that needs a login, `page` one that does not. */
export const Via = z.enum(['api', 'page', 'session', 'database']);
export type Via = z.infer<typeof Via>;

/** What was asked for, by what it was told, and what is wrong with it. The value is null when nothing tells it. */
export type Told<T> = { value: T | null; via: Via[]; notices: Notice[] };

/** The schema of an answer. */
export function toldOf<T>(value: z.ZodType<T>): z.ZodType<Told<T>> {
  return z.object({ value: value.nullable(), via: z.array(Via), notices: z.array(Notice) });
}

export const Mail = z.object({
  address: z.string(),
  madeUp: z.boolean().describe('The server made it up: nobody gets what is sent there'),
});
export type Mail = z.infer<typeof Mail>;

export const Person = z.object({
  login: z.string(),
  fullName: z.string().nullable().describe('Null when unknown'),
  mail: Mail.nullable().describe('Null when there is none'),
  extraMails: z.array(Mail).nullable().describe('Null when unknown'),
  administrator: z.boolean().nullable(),
  disabled: z.boolean(),
  signsInBy: z
    .enum(['password', 'directory', 'federation'])
    .nullable()
    .describe('directory: LDAP; federation: OpenID Connect or SAML; null when unknown'),
  identities: z
    .array(z.object({ issuer: z.string(), subject: z.string() }))
    .describe('By which a federation knows the person'),
  lastSignIn: z
    .string()
    .nullable()
    .describe("In the server's own zone, as it shows it; null when unknown or never"),
  createdAt: z.string().nullable().describe('As the server shows it: UTC by its API, else in its own zone'),
});
export type Person = z.infer<typeof Person>;

export const People = z.object({
  people: z.array(Person),
  disabledToo: z.boolean().describe('False when disabled accounts could not be seen'),
});
export type People = z.infer<typeof People>;

export const Member = z.object({
  login: z.string(),
  manager: z.boolean().nullable().describe('Null when unknown'),
});
export type Member = z.infer<typeof Member>;

export const Role = z.enum(['admin', 'developer', 'guest']);
export type Role = z.infer<typeof Role>;

export const Collaborator = z.object({
  name: z.string().describe('Of a user or a group'),
  kind: z.enum(['user', 'group']),
  role: Role.nullable().describe('Null when unknown; the user may then come through a group'),
});
export type Collaborator = z.infer<typeof Collaborator>;

/** Who may write in a tracker or a wiki; `on` when that is all that is known. */
export const FeatureUse = z.enum(['off', 'developers', 'collaborators', 'everybody', 'on']);
export type FeatureUse = z.infer<typeof FeatureUse>;

export const MergeMethod = z.enum(['merge-commit', 'squash', 'rebase']);
export type MergeMethod = z.infer<typeof MergeMethod>;

/** Each is null when unknown, and when the version does not have it; an external address also when there is none. */
export const RepositoryOptions = z.object({
  issues: FeatureUse.nullable(),
  externalIssues: z.string().nullable(),
  wiki: FeatureUse.nullable(),
  externalWiki: z.string().nullable(),
  forking: z.boolean().nullable(),
  mergeMethods: z.array(MergeMethod).nullable(),
  defaultMergeMethod: MergeMethod.nullable(),
  safeMode: z.boolean().nullable().describe('Shows pictures of the repository with their scripts taken out'),
});
export type RepositoryOptions = z.infer<typeof RepositoryOptions>;

export const BranchRule = z.object({
  branch: z.string().describe('It may be gone'),
  statusChecks: z
    .array(z.string())
    .nullable()
    .describe('Contexts that must succeed; null: none are demanded'),
  pushers: z.array(z.string()).nullable().describe('Users who alone may push; null: not restricted'),
  administratorsToo: z.boolean(),
});
export type BranchRule = z.infer<typeof BranchRule>;

export const BranchRules = z.object({
  rules: z.array(BranchRule).describe('Of the protected branches only'),
  untold: z
    .array(z.string())
    .describe('Branches whose protection could not be asked for, or too many to ask'),
  goneToo: z.boolean().describe('False when rules of branches that are gone could not be seen'),
});
export type BranchRules = z.infer<typeof BranchRules>;

export const DeployKey = z.object({ title: z.string(), key: z.string(), canPush: z.boolean() });
export type DeployKey = z.infer<typeof DeployKey>;

export const SshKey = z.object({
  title: z.string().nullable().describe('Null when unknown'),
  key: z.string().describe('As it is stored, comment included'),
});
export type SshKey = z.infer<typeof SshKey>;

export const Webhook = z.object({
  url: z.string(),
  contentType: z.enum(['form', 'json']),
  events: z.array(z.string()).describe("In the server's words"),
  signed: z.boolean().nullable().describe('Has a secret; null when unknown'),
  secret: z.string().nullable().describe('Null when there is none, when unknown, and in an export'),
});
export type Webhook = z.infer<typeof Webhook>;

export const Webhooks = z.object({
  hooks: z.array(Webhook),
  silentToo: z.boolean().describe('False when hooks without events could not be seen'),
});
export type Webhooks = z.infer<typeof Webhooks>;

/** The picture of an account. */
export type Avatar = {
  /** False when the server draws it; null when unknown. */
  custom: boolean | null;
  /** The picture; null when the server draws one. */
  picture: { type: string; bytes: Uint8Array } | null;
};

/** How far the login for pages goes. */
export type Session = {
  /** `none`: no password is configured. */
  state: 'none' | 'refused' | 'user' | 'administrator';
  notices: Notice[];
};

type RepositoryName = Pick<Repository, 'owner' | 'name'>;

/** The part of a `Source` that tells of people and settings. */
export type PeopleVerbs = {
  /** How far the configured password opens pages; signs in when nothing has yet. */
  session(): Promise<Session>;
  /** Everybody with an account, groups left out. Read once. */
  people(): Promise<Told<People>>;
  /** The members of a group, compared by all ways that there are; a notice where they disagree. */
  members(group: string): Promise<Told<Member[]>>;
  /** Users and groups with a role of their own in the repository; its owner, and members of its owner, are not among them. */
  collaborators(repository: RepositoryName): Promise<Told<Collaborator[]>>;
  /** The page of a private one is not tried without a login. */
  options(
    repository: RepositoryName & Partial<Pick<Repository, 'private'>>,
  ): Promise<Told<RepositoryOptions>>;
  /** Rules of protected branches; of these by their short names where the server has no list. May cost a request for each. */
  branchRules(repository: RepositoryName, branches: readonly string[]): Promise<Told<BranchRules>>;
  deployKeys(repository: RepositoryName): Promise<Told<DeployKey[]>>;
  webhooks(repository: RepositoryName): Promise<Told<Webhooks>>;
  /** The keys of a user. */
  sshKeys(login: string): Promise<Told<SshKey[]>>;
  /** The picture of a user or a group. */
  avatar(login: string): Promise<Told<Avatar>>;
};
