import { isAtLeast } from '../../text/format.ts';

/** Rules of GitLab about integrations. */

/**
 * Kinds that call nobody for a push: they show links, wait to be called, or give CI/CD its variables. And those that check
 * pushes: whether such a check applies is for whoever set it up to say.
 */
const silent: ReadonlySet<string> = new Set([
  'apple-app-store',
  'beyond-identity',
  'bugzilla',
  'clickup',
  'confluence',
  'custom-issue-tracker',
  'diffblue-cover',
  'ewm',
  'external-wiki',
  'git-guardian',
  'google-cloud-platform-artifact-registry',
  'google-cloud-platform-workload-identity-federation',
  'google-play',
  'harbor',
  'linear',
  'mattermost-slash-commands',
  'phorge',
  'prometheus',
  'redmine',
  'slack-slash-commands',
  'youtrack',
]);

/** Does an integration of this kind tell anybody of pushes, issues, pages or members? An unknown one may. */
export function isHeard(slug: string): boolean {
  return !silent.has(slug);
}

/** Can an integration that was switched off inherit again by REST (GL-370)? */
export function inheritsAgain(version: string): boolean {
  return isAtLeast(version, '17.3');
}
