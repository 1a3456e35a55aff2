import type { Endpoint } from '../endpoint.ts';
import { branchEndpoints } from './branches.ts';
import { deployKeyEndpoints } from './deploy-keys.ts';
import { groupDeletionEndpoints } from './group-deletion.ts';
import { groupListEndpoints } from './group-lists.ts';
import { groupEndpoints } from './groups.ts';
import { hookEndpoints } from './hooks.ts';
import { instanceEndpoints } from './instance.ts';
import { invitationEndpoints } from './invitations.ts';
import { integrationEndpoints } from './integrations.ts';
import { labelEndpoints } from './labels.ts';
import { memberEndpoints } from './members.ts';
import { namespaceEndpoints } from './namespaces.ts';
import { pipelineEndpoints } from './pipelines.ts';
import { projectCreationEndpoints } from './project-creation.ts';
import { projectForkEndpoints } from './project-forks.ts';
import { projectLifecycleEndpoints } from './project-lifecycle.ts';
import { projectLinkEndpoints } from './project-links.ts';
import { projectUpdateEndpoints } from './project-update.ts';
import { projectEndpoints } from './projects.ts';
import { protectedBranchEndpoints } from './protected-branches.ts';
import { protectedTagEndpoints } from './protected-tags.ts';
import { repositoryContentEndpoints } from './repository-contents.ts';
import { settingsEndpoints } from './settings.ts';
import { sshKeyEndpoints } from './ssh-keys.ts';
import { tagEndpoints } from './tags.ts';
import { tokenEndpoints } from './tokens.ts';
import { userAddressEndpoints } from './user-addresses.ts';
import { userAdministrationEndpoints } from './user-administration.ts';
import { userEndpoints } from './users.ts';
import { wikiEndpoints } from './wikis.ts';

/** Every endpoint below `/api/v4`. */
export const endpoints: readonly Endpoint[] = [
  ...instanceEndpoints,
  ...settingsEndpoints,
  ...tokenEndpoints,
  ...userEndpoints,
  ...userAdministrationEndpoints,
  ...userAddressEndpoints,
  ...namespaceEndpoints,
  ...groupEndpoints,
  ...groupListEndpoints,
  ...groupDeletionEndpoints,
  ...memberEndpoints,
  ...invitationEndpoints,
  ...projectEndpoints,
  ...projectCreationEndpoints,
  ...projectUpdateEndpoints,
  ...projectLifecycleEndpoints,
  ...projectForkEndpoints,
  ...projectLinkEndpoints,
  ...protectedBranchEndpoints,
  ...protectedTagEndpoints,
  ...deployKeyEndpoints,
  ...sshKeyEndpoints,
  ...hookEndpoints,
  ...branchEndpoints,
  ...tagEndpoints,
  ...repositoryContentEndpoints,
  ...labelEndpoints,
  ...pipelineEndpoints,
  ...integrationEndpoints,
  ...wikiEndpoints,
];
