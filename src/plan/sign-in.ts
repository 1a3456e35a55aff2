import type { Person } from '../model/people.ts';
import type { PersonAction } from '../model/plan.ts';

type Decided = {
  action: PersonAction;
  username: string;
  /** By which the account can be signed in to. */
  providers: readonly string[];
};

/** What will happen when the person signs in to GitLab for the first time (GL-286, GL-395). */
export function firstSignIn({ login, signsInBy, disabled }: Person, decided: Decided): string {
  const { action, username, providers } = decided;
  if (disabled) return 'the account is disabled on GitBucket: nobody is expected to sign in';
  if (action === 'ask') return 'depends on whose account it is';
  if (action === 'none') return withoutAccount(login, signsInBy);
  if (providers.length > 0) return `signs in to ${username} by ${providers.join(', ')}`;
  if (signsInBy === 'directory')
    return `LDAP finds ${username} by its mail address, if GitLab uses the same directory`;
  if (signsInBy === 'federation')
    return `OpenID Connect or SAML does not find ${username}, unless GitLab links accounts by itself (omniauth_auto_link_user) or the account has the provider and uid`;
  if (action === 'create') return `${username} has a random password: "Forgot your password?" sets another`;
  return `signs in to ${username} as before`;
}

function withoutAccount(login: string, signsInBy: Person['signsInBy']): string {
  if (signsInBy === 'directory' || signsInBy === 'federation')
    return `GitLab makes an account ${login}, or ${login}1 where something has that name, if it takes sign-ins of the same kind`;
  return 'cannot sign in: there is no account';
}
