import { expect } from 'vitest';
import { Failure } from '../../src/failures/failure.ts';

/** The failure with which the work ends; demands that it is one of the catalogue. */
export async function failureFrom(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}
