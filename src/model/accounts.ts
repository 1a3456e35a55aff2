/** Accounts of the target, as somebody looks for those of people. */
import type { Person } from './target.ts';

/** What identifies an account. What only administrators are told is empty or null for others. */
export type TargetAccount = Person & {
  /** In GitLab's words: active, blocked, … */
  state: string;
  /** Sees no internal projects. */
  external: boolean;
  /** The address that everybody sees; empty when none is shown. */
  publicEmail: string;
  /** The address of commits that are made on the server. */
  commitEmail: string;
  /** False when nobody has confirmed the first address, and no administrator made the account with it. */
  confirmed: boolean;
  /** Further addresses that were confirmed, as far as they were asked for. */
  furtherEmails: readonly string[];
  /** By which the account can be signed in to, besides a password; null when unknown. */
  providers: readonly string[] | null;
  /** Belongs to a program or to the server itself. */
  bot: boolean;
};

/** Whose accounts are looked for: user names and mail addresses, in any letter case. */
export type WantedAccounts = { usernames: readonly string[]; mails: readonly string[] };
