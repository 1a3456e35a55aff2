/** What the history of a repository has to do with Git LFS, and what becomes of objects that the source cannot give. */
import * as z from 'zod';
import type { LfsObject } from './source.ts';

/** A blob that git-lfs, or GitLab, takes for a pointer. */
export type PointerBlob = LfsObject & {
  blob: string;
  /** Where it was met first. */
  path: string;
  /** The commit that brought it; empty for what no commit of the walk brought. */
  commit: string;
  /** GitLab takes it for a pointer when it looks for missing objects (GL-255). */
  plain: boolean;
  /** False for a text that GitLab alone takes for a pointer: a clone shows it as it is. */
  valid: boolean;
};

export type LfsHistory = {
  /** Every pointer, once for each of its texts. */
  pointers: PointerBlob[];
  /** Branches whose tip has a `.lfsconfig` that names a server, with the address as it stands there. */
  configured: { branch: string; address: string }[];
};

/** Where a pointer is. */
export type PointerPlace = {
  /** Every ref whose history has the text, by full name; branches first. */
  refs: string[];
  /** The last commit that brought or took the text; empty where none did. */
  commit: string;
  /** An attribute gives the file to Git LFS, at the tip of a branch or where the text came in. */
  tracked: boolean;
};

/** Why GitLab does not get an object. */
export const MissingKind = z
  .enum(['lost', 'silent', 'unsent', 'sample', 'elsewhere'])
  .describe(
    'lost: GitBucket does not have it; silent: GitBucket serves no LFS; unsent: it did not get through; sample: no attribute tracks the file; elsewhere: .lfsconfig names another server',
  );
export type MissingKind = z.infer<typeof MissingKind>;

/** An object that the history names and that GitLab does not get. */
export const MissingObject = z.object({
  oid: z.string(),
  size: z.int().nonnegative(),
  kind: MissingKind,
  path: z.string(),
  ref: z.string().describe('A ref whose history names it'),
  commit: z.string().describe('The last commit that has to do with it'),
  detail: z.string().describe('The other server, or why it did not get through'),
  allowed: z.boolean().describe('The refs that need it move all the same: "migrate": { "allowMissingLfs" }'),
});
export type MissingObject = z.infer<typeof MissingObject>;
