/** What the lines of an archive are made of, with the limits behind which GitLab drops or cuts something in silence. */
import * as z from 'zod';

export const titleLimit = 255;
/** Bytes; GitLab cuts what is longer (GL-384, GL-430). */
export const descriptionLimit = 1_048_576;
/** Characters; a longer note is lost (GL-384). */
export const noteLimit = 1_000_000;
/** Bytes of a line. */
export const lineLimit = 50 * 1_048_576;
/** Characters that GitLab may add to a note of somebody whom it cannot map, with a name of usual length. */
const suffixRoom = 1280;

/** PostgreSQL takes neither NUL nor half a character. */
export const Text = z.string().regex(/^[^\0\p{Surrogate}]*$/u, 'has a character that GitLab cannot keep');

/** With a fraction: GitLab shows the time of a note by an unmapped person up to its first dot (GL-434). */
export const Time = z.iso.datetime({ precision: 3 });
export const Day = z.iso.date();

const highest = 2_147_483_647;
/** A negative number breaks every list of the project (GL-429); 0 and texts make `#0`. */
export const Iid = z.int().min(1).max(highest);
/** Any number of ours. */
export const Person = z.int().min(1).max(highest);

/** An item without, or with a longer one, is lost (GL-384, GL-423). */
export const Title = Text.refine((text) => !isBlank(text), 'is blank')
  .refine((text) => countedCharacters(text, titleLimit), 'has more than 255 characters')
  .refine((text) => text === stripped(text), 'begins or ends with a blank');

export const Description = Text.refine(
  (text) => Buffer.byteLength(text) <= descriptionLimit,
  'has more than 1 MiB',
);

export const NoteText = Text.refine((text) => !isBlank(text), 'is blank').refine(
  (text) => countedCharacters(text, noteLimit - suffixRoom),
  'has too many characters',
);

/** An issue is imported without a label that has a comma (GL-380). */
export const LabelLine = z.strictObject({
  title: Title.refine((text) => !text.includes(','), 'has a comma'),
  color: z.string().regex(/^#[\da-f]{6}$/, 'is no color'),
  description: Text.nullable(),
  type: z.literal('ProjectLabel'),
});
export type LabelLine = z.infer<typeof LabelLine>;

export const MilestoneLine = z.strictObject({
  iid: Iid,
  title: Title,
  description: Description,
  state: z.enum(['active', 'closed']),
  start_date: Day.nullable(),
  due_date: Day.nullable(),
  /** Without them: the time of the import. */
  created_at: Time.optional(),
  updated_at: Time.optional(),
});
export type MilestoneLine = z.infer<typeof MilestoneLine>;

/**
 * A broken line of this kind blocks the imports of the project for 20 minutes (GL-429). GitLab compares the address in lower
 * case (GL-425).
 */
export const MemberLine = z
  .strictObject({
    access_level: z.union([z.literal(10), z.literal(20), z.literal(30), z.literal(40)]),
    source_type: z.literal('Project'),
    user_id: Person,
    notification_level: z.literal(3),
    user: z.strictObject({
      id: Person,
      public_email: Text.regex(/^[^\s@]+@[^\s@]+$/).refine((text) => text === text.toLowerCase()),
      username: Text.min(1),
    }),
  })
  .refine(({ user_id, user }) => user_id === user.id, 'has two numbers');
export type MemberLine = z.infer<typeof MemberLine>;

/** Blank for Rails, which keeps no note and no item of that kind. */
export function isBlank(text: string): boolean {
  return /^[\s\u0085]*$/.test(text);
}

/** Without what GitLab cuts around titles and names of labels: not all that JavaScript calls blank (GL-447). */
export function stripped(text: string): string {
  return text.replaceAll(/^[\0\t-\r ]+|[\0\t-\r ]+$/g, '');
}

/** Has the text so many characters at most? GitLab counts those, not the units of UTF-16. */
export function countedCharacters(text: string, limit: number): boolean {
  let pairs = 0;
  if (text.length <= limit) return true;
  if (text.length > 2 * limit) return false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd8_00 && unit <= 0xdb_ff) pairs += 1;
  }
  return text.length - pairs <= limit;
}
