import type { Member } from './state.ts';

/** Members of groups whom the projects there do not know yet (GL-40); counted in requests, so that a test sees it each time. */
export type LateMembers = {
  /** So many requests of that user will be too early. */
  add(member: Member, requests: number): void;
  /** A request of that user has come. */
  count(userId: number): void;
  has(member: Member): boolean;
  /** The jobs have run. */
  settle(): void;
};

export function createLateMembers(): LateMembers {
  const early = new Map<Member, number>();
  return {
    add(member, requests) {
      if (requests > 0) early.set(member, requests + 1);
    },
    count(userId) {
      for (const [member, left] of early) {
        if (member.userId !== userId) continue;
        if (left > 1) early.set(member, left - 1);
        else early.delete(member);
      }
    },
    has: (member) => early.has(member),
    settle: () => early.clear(),
  };
}
