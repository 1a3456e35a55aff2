import { z } from 'zod';
import { MigrationError } from '../errors.ts';

/** The value in the shape that is relied on. @throws target-refused naming the fields that are not as expected */
export function demand<T>(type: z.ZodType<T>, value: unknown, object: string): T {
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MigrationError('target-refused', object, {
    detail: `its answer has unexpected fields: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
  });
}
