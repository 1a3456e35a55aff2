import type { PlannedAccount } from './plan.ts';

/** A group or a project, as a place in which people have roles. */
export type MemberPlace = { kind: 'group' | 'project'; id: number; fullPath: string };

export type NewAccount = {
  username: string;
  name: string;
  mail: string;
  /** By which a sign-in will find the account; null when none is known. */
  identity: { provider: string; externUid: string } | null;
};

/** The part of a `Target` that makes accounts and gives roles. Levels are GitLab's: 20 Reporter to 50 Owner (GL-111). */
export type TargetMembers = {
  /**
   * Makes an account with a confirmed address and a password that nobody knows; no mail is sent to its owner (GL-282).
   * @throws target-forbidden for all but administrators, target-refused when name or address is taken or not allowed
   */
  createAccount(account: NewAccount): Promise<PlannedAccount>;
  /** The account as it is now; null when there is none, or the token does not see it. */
  account(id: number): Promise<PlannedAccount | null>;
  /** The account of that name and its first address, which only administrators see; null when there is none. */
  accountNamed(username: string): Promise<(PlannedAccount & { mail: string | null }) | null>;
  /** Blocks an account; one that is blocked stays so (GL-284). */
  blockAccount(id: number): Promise<void>;
  /**
   * Levels by account: of the members of the place itself, or also of those of groups above and of invited groups, each
   * with the highest; GitLab answers 200 of the latter questions a minute (GL-115).
   */
  levelsAt(place: MemberPlace, which: 'direct' | 'all'): Promise<ReadonlyMap<number, number>>;
  /**
   * Gives an account a role of its own at the place; false when it has one already, which stays as it is (GL-112). Mails the
   * account, unless mails are off there (GL-114).
   */
  addMember(place: MemberPlace, accountId: number, level: number): Promise<boolean>;
  /** Changes the role that an account has of its own at the place. Mails like `addMember`. */
  changeRole(place: MemberPlace, accountId: number, level: number): Promise<void>;
  /** Invites a group to a project, which mails nobody; false when it is invited already (GL-116, GL-117). */
  shareProject(project: { id: number; fullPath: string }, groupId: number, level: number): Promise<boolean>;
};
