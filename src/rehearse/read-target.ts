import { levelOf } from '../../sandbox/gitlab/default-branch.ts';
import type { BranchProtection, Settings } from '../../sandbox/gitlab/settings.ts';
import type { Scope } from '../../sandbox/gitlab/state.ts';
import type { Prepared } from '../engine/prepare.ts';
import type { TargetIdentity } from '../gitlab/identity.ts';
import type { Target } from '../gitlab/target.ts';
import { readNamespaces } from './read-namespaces.ts';
import { readProjects } from './read-projects.ts';
import { readMyself } from './read-users.ts';
import { createReader, type Reader } from './reader.ts';
import * as schema from './schema.ts';
import type { Snapshot } from './snapshot.ts';

/** Everything that the rehearsal must know of the real GitLab; sends nothing but GET. */
export async function readTarget({ plan, listings, identity }: Prepared, target: Target): Promise<Snapshot> {
  const reader = createReader(target.http);
  const [me, settings] = await Promise.all([
    readMyself(reader),
    readSettings(reader, { url: target.url, admin: identity.user.admin }),
  ]);
  const namespaces = await readNamespaces(plan, { reader, target, me });
  const projects = await readProjects(plan.projects, namespaces.projects, {
    reader,
    userId: me.id,
    listings: listings.target,
  });
  return { me, scopes: scopesOf(identity), ...settings, ...namespaces, projects };
}

const MEGABYTE = 1024 * 1024;
const CREATION = ['noone', 'maintainer', 'developer', 'administrator', 'owner'] as const;
const SCOPES: readonly string[] = [
  'api',
  'read_api',
  'read_user',
  'read_repository',
  'write_repository',
  'sudo',
  'admin_mode',
] satisfies Scope[];

/** What an administrator set up, as far as the token may read it (gitlab-contract §15.1). */
async function readSettings(
  reader: Reader,
  { url, admin }: { url: string; admin: boolean },
): Promise<Pick<Snapshot, 'settings' | 'settingsHidden'>> {
  const answer = await reader.one('/application/settings', schema.ApplicationSettings);
  return {
    settings: {
      // Limits on the number of requests make a migration slow; they refuse nothing.
      applicationLimits: {},
      topLevelGroupsByApi: new URL(url).hostname !== 'gitlab.com',
      // An administrator who may not read this has a token without the scope that Admin Mode demands (gitlab-contract T58).
      adminMode: answer === null ? admin : (answer.admin_mode ?? false),
      ...(answer === null ? {} : toSettings(answer)),
    },
    settingsHidden: answer === null,
  };
}

/** The scopes of the token, for a token like it; null when it does not tell. */
function scopesOf({ token }: Pick<TargetIdentity, 'token'>): Scope[] | null {
  return token?.scopes.filter((scope): scope is Scope => SCOPES.includes(scope)) ?? null;
}

function toSettings(answer: schema.ApplicationSettings): Snapshot['settings'] {
  const settings: Partial<Settings> = {};
  const protection = protectionOf(answer);
  const creation = CREATION[answer.default_project_creation ?? -1];
  if (answer.default_branch_name) settings.defaultBranchName = answer.default_branch_name;
  if (protection !== null) settings.defaultBranchProtection = protection;
  if (answer.default_group_visibility) settings.defaultGroupVisibility = answer.default_group_visibility;
  if (answer.default_project_visibility)
    settings.defaultProjectVisibility = answer.default_project_visibility;
  if (creation !== undefined) settings.defaultProjectCreation = creation;
  if (answer.restricted_visibility_levels)
    settings.restrictedVisibilities = answer.restricted_visibility_levels;
  if (answer.max_attachment_size) settings.maxAttachmentSize = answer.max_attachment_size * MEGABYTE;
  const most = answer.receive_max_input_size ?? null;
  return { ...settings, git: { receiveMaxInputSize: most === null ? null : most * MEGABYTE } };
}

/** The newer spelling where it says anything. */
function protectionOf(answer: schema.ApplicationSettings): BranchProtection | null {
  const details = answer.default_branch_protection_defaults;
  if (details?.allowed_to_push) return levelOf(details);
  const level = answer.default_branch_protection ?? null;
  return level !== null && level >= 0 && level <= 4 ? (level as BranchProtection) : null;
}
