import { isoSeconds } from '../dates.ts';
import type { AccountRecord } from '../state.ts';

/** A user object of the API; groups appear in this form too (GB-41, GB-42). */
export type UserJson = {
  login: string;
  email: string;
  type: 'User' | 'Organization';
  site_admin: boolean;
  created_at: string;
  id?: number;
  url: string;
  html_url: string;
  avatar_url: string;
};

/** Renders an account as the API does, fields in the real order. */
export function userJson(account: AccountRecord, base: string, minor: number): UserJson {
  return {
    login: account.login,
    email: account.email,
    type: account.kind === 'group' ? 'Organization' : 'User',
    site_admin: account.admin,
    created_at: isoSeconds(account.createdAt),
    ...accountId(account, minor, 24),
    url: `${base}/api/v3/users/${account.login}`,
    html_url: `${base}/${account.login}`,
    avatar_url: `${base}/${account.login}/_avatar`,
  };
}

/** A dummy 0 since the given version, the real id only at the unreleased head (GB-16). */
export function accountId(account: AccountRecord, minor: number, since: number): { id?: number } {
  if (minor < since) return {};
  return { id: minor >= 48 ? account.id : 0 };
}
