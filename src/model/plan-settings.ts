import * as z from 'zod';

const texts = z.array(z.string());
const names = z.record(z.string(), z.string());

/** What the plan was decided with, besides the two servers. */
export const PlanSettings = z
  .object({
    parentGroup: z.string().nullable(),
    map: z.object({ owners: names, repositories: names, users: names, refs: z.record(z.string(), names) }),
    visibility: z.object({
      public: z.enum(['auto', 'private', 'internal', 'public']),
      private: z.enum(['private', 'internal']),
    }),
    userRepositories: z.enum(['auto', 'group', 'personal']),
    notes: z.boolean(),
    wiki: z.boolean().default(false).describe('False in plans of versions that moved no wikis'),
    refs: texts.default([]),
    pullRequestHeads: z.string().nullable().default(null),
    forks: z.boolean().default(true),
    lfs: z.boolean().default(false).describe('False in plans of versions that moved no LFS objects'),
    allowMissingLfs: texts.default([]),
    prune: z.boolean(),
    fixSubmodules: z.boolean().default(false),
    members: z.boolean().default(false).describe('False in plans of versions that moved no people'),
    memberRole: z.enum(['developer', 'maintainer']).default('developer'),
    memberMails: z.boolean().default(false),
    createUsers: z.boolean().default(false),
    options: z.boolean().default(false),
    branchProtections: z.boolean().default(false),
    deployKeys: z.boolean().default(false),
    avatars: z.boolean().default(false),
    sshKeys: z.boolean().default(false),
    hooks: z.boolean().default(false),
    tracker: z.enum(['auto', 'rest', 'off']).default('off'),
    sourceBranches: z.boolean().default(false),
    attribution: z.string().default(''),
    priorities: z.enum(['scoped', 'labels', 'fields', 'off']).default('scoped'),
    releases: z.boolean().default(false),
    releaseFiles: z.enum(['uploads', 'packages']).default('uploads'),
    rewrite: texts.default([]),
  })
  .describe('What the plan was decided with; migrate --plan decides with the same');
export type PlanSettings = z.infer<typeof PlanSettings>;
