import type * as z from 'zod';
import type { GitBucketRequest } from '../context.ts';

/**
 * The JSON body as the given form, or nothing when it does not fit. A form-encoded body is taken as JSON from its
 * first parameter's name (GB-20).
 */
export async function jsonBody<T>(c: GitBucketRequest, form: z.ZodType<T>): Promise<T | undefined> {
  const text = await c.req.text();
  const encoded = (c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const read = form.safeParse(parsed(encoded ? firstName(text) : text));
  return read.success ? read.data : undefined;
}

/** One field of a form body, as the servlet sees it. */
export async function formBody(c: GitBucketRequest): Promise<URLSearchParams> {
  return new URLSearchParams(await c.req.text());
}

function firstName(text: string): string {
  return [...new URLSearchParams(text).keys()][0] ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
