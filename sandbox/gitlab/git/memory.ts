import type { Context } from '../context.ts';

/** What the git side remembers while the server runs; a restart forgets it, as Redis' short-lived keys. */
export type Memory = {
  /** Projects whose first push must still be told that it created them. */
  createdByPush: Set<number>;
  /** Times of failed logins by address. */
  failedLogins: Map<string, number[]>;
  /** Pushes by user and project: start of the minute and their number in it. */
  operations: Map<string, { minute: number; count: number }>;
  /** What tags point to in the end, by the tag object's id; null for ids that are no tag objects. */
  peeled: Map<string, string | null>;
};

const memories = new WeakMap<Context, Memory>();

/** The memory of one server. */
export function memoryOf(context: Context): Memory {
  const found = memories.get(context);
  if (found) return found;
  const made: Memory = {
    createdByPush: new Set(),
    failedLogins: new Map(),
    operations: new Map(),
    peeled: new Map(),
  };
  memories.set(context, made);
  return made;
}

/** True when the address has failed too often within a minute (GL-58). */
export function isBanned(context: Context, address: string): boolean {
  const limit = context.settings.git.failedLoginsBeforeBan;
  return limit > 0 && recentFailures(context, address).length >= limit;
}

/** Counts a failure, or forgets the earlier ones after a success. */
export function recordLogin(context: Context, address: string, success: boolean): void {
  const { failedLogins } = memoryOf(context);
  if (success) failedLogins.delete(address);
  else failedLogins.set(address, [...recentFailures(context, address), Date.now()]);
}

/** Counts one push on the internal API; true when it is one too many (lib/api/internal/base.rb). */
export function exceedsOperations(context: Context, userId: number, projectId: number): boolean {
  const limit = context.settings.git.operationsPerMinute;
  if (limit === 0) return false;
  const { operations } = memoryOf(context);
  const key = `${userId}:${projectId}`;
  const minute = Math.floor(Date.now() / 60_000);
  const entry = operations.get(key);
  const count = entry?.minute === minute ? entry.count + 1 : 1;
  operations.set(key, { minute, count });
  return count > limit;
}

function recentFailures(context: Context, address: string): number[] {
  const since = Date.now() - 60_000;
  return (memoryOf(context).failedLogins.get(address) ?? []).filter((time) => time > since);
}
