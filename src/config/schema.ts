import * as z from 'zod';
import { normalAddress } from '../text/format.ts';
import { Migrate } from './migrate.ts';
import { Token, withoutInvisibleEnds } from './token.ts';

const Secret = z.string().min(1).nullable().default(null);
const Name = z.string().min(1);
const FullRef = z.string().regex(/^refs\/./, 'must be a full ref name, such as refs/heads/main');
const TravellingRef = z
  .string()
  .regex(/^refs\/[^/]+\/./, 'must be a full ref name of two levels, such as refs/heads/main');
/** Address of a server's start page, context path included. */
export const ServerUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL', abort: true })
  .refine(
    (text) => !/\/api\/v[34]\/?$/.test(text),
    'must be the address of the start page, without /api/v3 or /api/v4',
  )
  .refine((text) => !new URL(text).username, 'must not contain credentials; use "token"')
  .transform(normalAddress);

/** An address of a server in its normal form; one that is none stays as it is, without what surrounds it. */
export function addressIn(given: string): string {
  const text = withoutInvisibleEnds(given);
  return ServerUrl.safeParse(text).data ?? text;
}

const visibility = z.enum(['private', 'internal', 'public']);

/** The glob that leaves nothing out. */
export const everyRepository = '*/*';

/** The config file; docs/config.md and migrate.config.schema.json are generated from it. */
export const Config = z.strictObject({
  $schema: z.string().optional(),
  source: z
    .strictObject({
      url: ServerUrl.describe('URL of GitBucket, including any context path such as /gitbucket'),
      token: Token.describe('personal access token of a GitBucket user, ideally an administrator'),
      username: Secret.describe('user name for git and for pages that do not accept a token; optional'),
      password: Secret.describe('password of that user; optional'),
      caFile: Secret.describe('PEM file with the CA certificate, if it is not a public CA'),
    })
    .describe('the GitBucket server'),
  target: z
    .strictObject({
      url: ServerUrl.describe('URL of GitLab, including any relative URL root'),
      token: Token.describe('GitLab access token with the scope api'),
      parentGroup: Name.nullable()
        .default(null)
        .describe('full path of the group under which everything is created; null: top level'),
      caFile: Secret.describe('PEM file with the CA certificate, if it is not a public CA'),
    })
    .describe('the GitLab server'),
  select: z
    .strictObject({
      include: z.array(Name).default([everyRepository]).describe('OWNER/NAME globs that --all includes'),
      exclude: z
        .array(Name)
        .default([])
        .describe(
          'OWNER/NAME globs that are never included, beside --exclude; reports name what they leave out',
        ),
    })
    .prefault({})
    .describe('which repositories --all selects'),
  map: z
    .strictObject({
      owners: z.record(Name, Name).default({}).describe('GitBucket owner to GitLab group path'),
      repositories: z.record(Name, Name).default({}).describe('OWNER/NAME to GROUP/PATH on GitLab'),
      users: z.record(Name, Name).default({}).describe('GitBucket user to GitLab user name'),
      refs: z
        .record(Name, z.record(FullRef, TravellingRef))
        .default({})
        .describe('for OWNER/NAME: full ref name on GitBucket to full ref name on GitLab'),
    })
    .prefault({})
    .describe('names that gb2gl should not choose on its own'),
  visibility: z
    .strictObject({
      public: z
        .enum(['auto', 'public', 'internal', 'private'])
        .default('auto')
        .describe(
          'visibility of a public repository on GitLab; auto: public, or internal if GitBucket requires a login, and the next lower level where GitLab restricts that one',
        ),
      private: visibility
        .exclude(['public'])
        .default('private')
        .describe('visibility of a private repository on GitLab'),
    })
    .prefault({})
    .describe('who can read what'),
  userRepositories: z
    .enum(['auto', 'personal', 'group'])
    .default('auto')
    .describe(
      'where user repositories go; auto: the personal namespace of the same person if the token can create projects there, otherwise a group; personal: no group, except of people who will not come; the plan asks',
    ),
  migrate: Migrate,
  people: z
    .strictObject({
      file: Name.nullable()
        .default(null)
        .describe(
          'CSV file of people and their GitLab accounts, which plan writes and you edit; null: people.csv in the work directory',
        ),
      providers: z
        .record(Name, Name)
        .default({})
        .describe(
          "for accounts that are created: issuer of a sign-in on GitBucket to the name of the same provider in GitLab's configuration, such as openid_connect",
        ),
    })
    .prefault({})
    .describe('who is who'),
  limits: z
    .strictObject({
      source: z
        .int()
        .min(1)
        .max(4)
        .default(4)
        .describe('concurrent requests to GitBucket (more than 4 stall it)'),
      target: z.int().min(1).max(64).default(8).describe('concurrent requests to GitLab'),
      transfers: z.int().min(1).max(32).default(4).describe('repositories migrated concurrently'),
      pushSeconds: z
        .int()
        .min(2)
        .max(240)
        .default(20)
        .describe('seconds that one push may take; less than the proxies in front of GitLab wait'),
      sharedForks: z
        .int()
        .min(0)
        .nullable()
        .default(5_000_000)
        .describe(
          'bytes of a repository from which its forks are copied on GitLab, so that they share its objects; null: none is',
        ),
      quietSeconds: z
        .int()
        .min(0)
        .max(3600)
        .default(30)
        .describe(
          'seconds from the last push until CI/CD and integrations of a new project, and the closing of issues by commits, are switched on again; GitLab decides within that time what a push sets off',
        ),
    })
    .prefault({})
    .describe('upper limits; gb2gl stays below them when a server slows down'),
  report: z
    .strictObject({
      dir: Name.nullable()
        .default(null)
        .describe(
          'directory in which each run makes a dated folder for its reports; null: reports/ in the work directory',
        ),
    })
    .prefault({})
    .describe('reports'),
});
export type Config = z.infer<typeof Config>;

/** Variables that win over the file, and the key that each of them sets. */
export const environmentKeys = {
  GITBUCKET_URL: ['source', 'url'],
  GITBUCKET_TOKEN: ['source', 'token'],
  GITBUCKET_USERNAME: ['source', 'username'],
  GITBUCKET_PASSWORD: ['source', 'password'],
  GITLAB_URL: ['target', 'url'],
  GITLAB_TOKEN: ['target', 'token'],
} as const;
