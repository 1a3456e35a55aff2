import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';

/**
 * One line of a section: a question with the answer of the real server, or without one to prepare the next.
 * Texts may hold `{name}` or `{name.field}` (the id or a field of the answer that was kept under that name), `{admin}`,
 * `{git}` or `{git name.field}` (a clone URL with a token), `{x*250}`, `{0000..0299}` (one argument for each number) and
 * `{+30d}` (a date).
 */
const Step = z.strictObject({
  name: z.string().optional(),
  /** `GET /user`, below the API. */
  ask: z.string().optional(),
  /** `GET /group/project.git/info/refs?…`, with the token as Basic password. */
  web: z.string().optional(),
  /** Token: the administrator's when absent, none when null. */
  by: z.string().nullable().optional(),
  user: z.string().optional(),
  sudo: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  /** A body as it is. */
  text: z.string().optional(),
  type: z.string().optional(),
  form: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.object({
          name: z.string(),
          type: z.string(),
          text: z.string().default(''),
          base64: z.string().default(''),
          padding: z.number().default(0),
        }),
      ]),
    )
    .optional(),
  git: z.array(z.string()).optional(),
  in: z.string().optional(),
  /** Standard input in base64. */
  input: z.string().optional(),
  /** A file to be committed in a repository, which is made when it is not there. */
  commit: z.string().optional(),
  branch: z.string().optional(),
  random: z.number().optional(),
  /** Background jobs ran meanwhile. */
  wait: z.literal(true).optional(),
  /** Asked again until this is the status. */
  until: z.number().optional(),
  /** Name under which the answer is kept. */
  as: z.string().optional(),
  /** Status of the real server, or exit code of git; where it refused, its text is shortened to 100 characters. */
  status: z.number().optional(),
  message: z.string().optional(),
});

export type Step = z.infer<typeof Step>;

const folder = import.meta.dirname;

/** Names of the sections, which do not know each other. */
export const sections: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => basename(name, '.jsonl'));

/** What was asked of a real GitLab 18.9 in this section, in order. */
export function stepsOf(section: string): Step[] {
  const lines = readFileSync(join(folder, `${section}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => Step.parse(JSON.parse(line)));
}
