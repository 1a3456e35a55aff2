import * as z from 'zod';
import { attributionProblem, usualAttribution } from '../tracker/texts/template.ts';

const Name = z.string().min(1);
/** Characters that git takes in the name of a ref. */
const refCharacters = String.raw`[^\s\p{Cc}~^:?*[\\]`;
const usualSpace = /^refs\/(heads|tags|notes)\//;

/** As git takes them: one `*` for anything. */
const RefPattern = z
  .string()
  .regex(
    new RegExp(`^refs/${refCharacters}*[*]?${refCharacters}*$`, 'u'),
    'must be a ref or a pattern with one *, such as refs/review/*',
  )
  .refine(
    (text) => !usualSpace.test(text),
    'refs/heads/ and refs/tags/ travel anyway; "notes" decides about refs/notes/',
  )
  .refine((text) => !text.startsWith('refs/pull/'), 'pull requests travel by "pullRequestHeads"')
  .refine(
    (text) => /^refs\/[^/*]+(\/|$)/.test(text),
    'must name one space below refs/, such as refs/review/*',
  );

/** The beginning of a branch's name, to which a number is added. */
const BranchPrefix = z
  .string()
  .regex(
    /^(?![-./])(?!.*(\.\.|\/\/|\/\.|\.lock\/|@\{))[\p{L}\p{N}_./@+#-]+$/u,
    'must be how the name of a branch can begin, such as pull-requests/',
  );

/** What moves besides branches and tags. */
export const Migrate = z
  .strictObject({
    notes: z.boolean().default(true).describe('migrate refs/notes/*'),
    wiki: z.boolean().default(true).describe('migrate the wikis'),
    refs: z
      .array(RefPattern)
      .default([])
      .describe('further refs to migrate, as names or patterns such as refs/review/*'),
    pullRequestHeads: BranchPrefix.nullable()
      .default(null)
      .describe(
        'keep the commits of pull requests that no other branch holds as branches of this prefix and their number, such as pull-requests/; null: leave them',
      ),
    forks: z.boolean().default(true).describe('make forks of GitBucket forks on GitLab'),
    lfs: z.boolean().default(true).describe('migrate Git LFS objects'),
    allowMissingLfs: z
      .array(Name)
      .default([])
      .describe(
        'LFS objects without which the refs that need them move all the same, by id or path; "all": every one. Beside --allow-missing-lfs',
      ),
    rewrite: z
      .array(z.string().regex(/^[^/]+\/[^/]+$/, 'must be OWNER/NAME'))
      .default([])
      .describe(
        'OWNER/NAME of repositories in whose history gb2gl puts right what git refuses; commits from there on get new ids',
      ),
    members: z
      .boolean()
      .default(true)
      .describe('give people the roles that they have in groups and repositories'),
    memberRole: z
      .enum(['developer', 'maintainer'])
      .default('developer')
      .describe('role of the members of a GitBucket group who do not manage it'),
    memberMails: z
      .boolean()
      .default(false)
      .describe('give roles also in groups that were there before, to whose new members GitLab sends mails'),
    createUsers: z.boolean().default(false).describe('the same as --create-users, on every run'),
    options: z
      .boolean()
      .default(true)
      .describe('set features, merge methods and the permission to fork as on GitBucket'),
    branchProtections: z.boolean().default(true).describe('protect the branches that GitBucket protects'),
    deployKeys: z.boolean().default(true).describe('migrate the deploy keys'),
    avatars: z.boolean().default(true).describe('migrate the pictures of groups and people'),
    sshKeys: z
      .boolean()
      .default(false)
      .describe('migrate the SSH keys of people; GitLab sends each of them a mail for each key'),
    hooks: z.boolean().default(false).describe('the same as --hooks, on every run'),
    tracker: z
      .enum(['auto', 'rest', 'off'])
      .default('auto')
      .describe(
        'what becomes of issues, pull requests, labels and milestones; auto: GitLab loads archives of them; rest: issues alone are sent by REST, where it loads none; off: they stay on GitBucket',
      ),
    sourceBranches: z
      .boolean()
      .default(false)
      .describe(
        'make the branches of pull requests that the project does not have, those of forks and deleted ones: open requests keep theirs, so that they can be merged, the others have them while they are loaded, so that merge-requests/N/head can be fetched',
      ),
    attribution: z
      .string()
      .default(usualAttribution)
      .superRefine((text, context) => {
        const message = attributionProblem(text);
        if (message !== null) context.addIssue({ code: 'custom', message });
      })
      .describe(
        'the line that names the author of an issue or pull request whom GitLab does not know, with {name}, {login}, {url}, {date} and {action}',
      ),
    priorities: z
      .enum(['scoped', 'labels', 'fields', 'off'])
      .default('scoped')
      .describe(
        'what becomes of priorities; scoped: labels such as priority::high; labels: labels of their name; fields: a line in the text; off: nothing',
      ),
    releases: z.boolean().default(true).describe('migrate releases with their files'),
    releaseFiles: z
      .enum(['uploads', 'packages'])
      .default('uploads')
      .describe(
        'where GitLab keeps the files of releases; uploads: as uploads of the project; packages: in its package registry, as generic packages',
      ),
    fixSubmodules: z.boolean().default(false).describe('the same as --fix-submodules, on every run'),
  })
  .prefault({})
  .describe('what to migrate besides branches and tags');
