import { z } from 'zod';

const Secret = z.string().min(1).nullable().default(null);
const Name = z.string().min(1);
const TravellingRef = z
  .string()
  .regex(/^refs\/(heads|tags|notes)\/./, 'must be a full name below refs/heads/, refs/tags/ or refs/notes/');

/** Address of a server's start page, context path included. */
export const ServerUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address', abort: true })
  .refine(
    (text) => !/\/api\/v[34]\/?$/.test(text),
    'must be the address of the start page, without /api/v3 or /api/v4',
  )
  .refine((text) => !new URL(text).username, 'must not contain credentials; use "token"')
  .transform((text) => text.replace(/\/+$/, ''));

const visibility = z.enum(['private', 'internal', 'public']);

/** The config file; docs/config.md and migrate.config.schema.json are generated from it. */
export const Config = z.strictObject({
  $schema: z.string().optional(),
  source: z
    .strictObject({
      url: ServerUrl.describe('GitBucket’s address, including a context path such as /gitbucket'),
      token: Secret.describe('personal access token of a GitBucket user, best an administrator'),
      username: Secret.describe('login name for git and pages that take no token; optional'),
      password: Secret.describe('password of that login; optional'),
      caFile: Secret.describe('PEM file with the CA certificate, when it is not a public one'),
    })
    .describe('the GitBucket server'),
  target: z
    .strictObject({
      url: ServerUrl.describe('GitLab’s address, including a relative URL root'),
      token: Secret.describe('GitLab access token with the scope api'),
      parentGroup: Name.nullable()
        .default(null)
        .describe('full path of a group below which everything is created; null: top level'),
      caFile: Secret.describe('PEM file with the CA certificate, when it is not a public one'),
    })
    .describe('the GitLab server'),
  select: z
    .strictObject({
      include: z.array(Name).default(['*/*']).describe('globs of OWNER/NAME that --all takes'),
      exclude: z.array(Name).default([]).describe('globs of OWNER/NAME that are never taken'),
    })
    .prefault({})
    .describe('which repositories --all means'),
  map: z
    .strictObject({
      owners: z.record(Name, Name).default({}).describe('GitBucket owner to GitLab group path'),
      repositories: z.record(Name, Name).default({}).describe('OWNER/NAME to GROUP/PATH on GitLab'),
      users: z.record(Name, Name).default({}).describe('GitBucket user to GitLab user name'),
      refs: z
        .record(Name, z.record(TravellingRef, TravellingRef))
        .default({})
        .describe('for OWNER/NAME: full ref name on GitBucket to the one it gets on GitLab'),
    })
    .prefault({})
    .describe('names that the tool shall not choose itself'),
  visibility: z
    .strictObject({
      public: z
        .enum(['auto', 'public', 'internal', 'private'])
        .default('auto')
        .describe(
          'what a public repository becomes; auto: public, or internal when GitBucket demands a login',
        ),
      private: visibility
        .exclude(['public'])
        .default('private')
        .describe('what a private repository becomes'),
    })
    .prefault({})
    .describe('who may read what'),
  userRepositories: z
    .enum(['auto', 'personal', 'group'])
    .default('auto')
    .describe(
      'where repositories of users go: auto takes the personal namespace of the same person when the token may create there, else a group',
    ),
  migrate: z
    .strictObject({
      notes: z.boolean().default(true).describe('move refs/notes/*'),
    })
    .prefault({})
    .describe('what is moved besides branches and tags'),
  limits: z
    .strictObject({
      source: z
        .int()
        .min(1)
        .max(4)
        .default(4)
        .describe('requests to GitBucket at once (more than 4 stalls it)'),
      target: z.int().min(1).max(64).default(8).describe('requests to GitLab at once'),
      transfers: z.int().min(1).max(32).default(4).describe('repositories moved at once'),
      pushSeconds: z
        .int()
        .min(2)
        .max(240)
        .default(20)
        .describe('seconds that one push may take; less than the proxies in front of GitLab wait'),
    })
    .prefault({})
    .describe('ceilings; the tool goes below them when a server slows down'),
  report: z
    .strictObject({
      dir: Name.nullable()
        .default(null)
        .describe('where reports are written; null: reports/ in the work directory'),
    })
    .prefault({})
    .describe('reports'),
});
export type Config = z.infer<typeof Config>;

/** Variables that win over the file, and the key that each of them sets. */
export const environmentKeys = {
  GITBUCKET_URL: ['source', 'url'],
  GITBUCKET_TOKEN: ['source', 'token'],
  GITLAB_URL: ['target', 'url'],
  GITLAB_TOKEN: ['target', 'token'],
} as const;
