import { asFailure, isFatal } from '../failures/index.ts';
import type { Notice } from '../model/notice.ts';
import type { Check } from '../model/result.ts';
import type { Decision } from './step.ts';

/** What the source tells; what cannot be read of one item stops nothing else. @throws what stops the whole run */
export async function readTold<T>(
  id: string,
  ask: () => Promise<T>,
): Promise<{ told: T } | { unread: Notice }> {
  try {
    return { told: await ask() };
  } catch (error) {
    if (isFatal(error)) throw error;
    return { unread: { ...asFailure(error, id).notice, object: id } };
  }
}

/** The decision of a step that could not read the source. */
export function undecided<P>(part: P, unread: Notice): Decision<P> {
  return { part, changes: false, state: 'failed', counts: {}, notices: [unread] };
}

/** What comes of it in the end. */
export function unproven(unread: Notice): Promise<Check> {
  return Promise.resolve({ state: 'failed', compared: 0, hash: null, differences: [unread] });
}
