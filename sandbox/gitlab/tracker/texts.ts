import { isLonger } from '../names.ts';
import type { Errors } from '../projects.ts';

const LONGEST_TITLE = 255;
const LONGEST_DESCRIPTION = 1024 * 1024;
const LONGEST_NOTE = 1_000_000;
const MEBIBYTE = 'is too long (1 MiB). The maximum size is 1 MiB.';

/** Without code, in which nothing and nobody is named. */
export function proseOf(text: string): string {
  return text.replaceAll(/(```|~~~)[^]*?\1|(`+)[^]*?\2/g, ' ');
}

/** What the models object to in title and description (GL-384). */
export function textErrors(
  { title, description }: { title?: string | undefined; description?: string | null | undefined },
  issue: boolean,
): Errors {
  const errors: Errors = {};
  if (title?.trim() === '') errors['title'] = ["can't be blank"];
  if (title !== undefined && isLonger(title, LONGEST_TITLE)) {
    errors['title'] = [`is too long (maximum is ${LONGEST_TITLE} characters)`];
  }
  if (Buffer.byteLength(description ?? '') > LONGEST_DESCRIPTION) {
    errors['description'] = [MEBIBYTE];
    if (issue) errors['work_item_description.description'] = [MEBIBYTE];
  }
  return errors;
}

/** The same of a note. */
export function noteErrors(body: string): Errors {
  if (body.trim() === '') return { note: ["can't be blank"] };
  return isLonger(body, LONGEST_NOTE)
    ? { note: [`is too long (maximum is ${LONGEST_NOTE} characters)`] }
    : {};
}
