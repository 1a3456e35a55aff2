import * as z from 'zod';

/** Something that a person should know: the one shape of trouble. */
export const Notice = z.object({
  code: z.string().describe('Code of docs/errors.md, or of the step that noticed it'),
  object: z.string().describe('What it is about: owner, owner/name, a ref, a file or the URL of a server'),
  message: z.string(),
  fix: z.string().describe('What to do about it; empty when nothing needs to be done'),
});
export type Notice = z.infer<typeof Notice>;
