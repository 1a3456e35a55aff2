import type { Endpoint } from '../endpoint.ts';
import { awardEmojiEndpoints } from './award-emoji.ts';
import { branchEndpoints } from './branches.ts';
import { commitCommentEndpoints } from './commit-comments.ts';
import { commitStatusEndpoints } from './commit-statuses.ts';
import { deployKeyEndpoints } from './deploy-keys.ts';
import { discussionEndpoints } from './discussions.ts';
import { groupDeletionEndpoints } from './group-deletion.ts';
import { groupListEndpoints } from './group-lists.ts';
import { groupEndpoints } from './groups.ts';
import { hookEndpoints } from './hooks.ts';
import { instanceEndpoints } from './instance.ts';
import { invitationEndpoints } from './invitations.ts';
import { integrationEndpoints } from './integrations.ts';
import { issueLinkEndpoints } from './issue-links.ts';
import { issueWritingEndpoints } from './issue-writing.ts';
import { issueEndpoints } from './issues.ts';
import { labelEndpoints } from './labels.ts';
import { memberEndpoints } from './members.ts';
import { mergeRequestDiffEndpoints } from './merge-request-diffs.ts';
import { mergeRequestWritingEndpoints } from './merge-request-writing.ts';
import { mergeRequestEndpoints } from './merge-requests.ts';
import { milestoneEndpoints } from './milestones.ts';
import { namespaceEndpoints } from './namespaces.ts';
import { noteEndpoints } from './notes.ts';
import { packageEndpoints } from './packages.ts';
import { pipelineEndpoints } from './pipelines.ts';
import { projectCreationEndpoints } from './project-creation.ts';
import { projectExtraEndpoints } from './project-extras.ts';
import { projectForkEndpoints } from './project-forks.ts';
import { projectImportEndpoints } from './project-imports.ts';
import { projectLifecycleEndpoints } from './project-lifecycle.ts';
import { projectLinkEndpoints } from './project-links.ts';
import { projectUpdateEndpoints } from './project-update.ts';
import { projectEndpoints } from './projects.ts';
import { protectedBranchEndpoints } from './protected-branches.ts';
import { protectedTagEndpoints } from './protected-tags.ts';
import { releaseLinkEndpoints } from './release-links.ts';
import { releaseEndpoints } from './releases.ts';
import { relationImportEndpoints } from './relation-imports.ts';
import { repositoryContentEndpoints } from './repository-contents.ts';
import { resourceEventEndpoints } from './resource-events.ts';
import { settingsEndpoints } from './settings.ts';
import { snippetEndpoints } from './snippets.ts';
import { sshKeyEndpoints } from './ssh-keys.ts';
import { tagEndpoints } from './tags.ts';
import { tokenEndpoints } from './tokens.ts';
import { uploadEndpoints } from './uploads.ts';
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
  ...projectImportEndpoints,
  ...relationImportEndpoints,
  ...labelEndpoints,
  ...milestoneEndpoints,
  ...issueEndpoints,
  ...issueWritingEndpoints,
  ...issueLinkEndpoints,
  ...mergeRequestEndpoints,
  ...mergeRequestWritingEndpoints,
  ...mergeRequestDiffEndpoints,
  ...commitCommentEndpoints,
  ...commitStatusEndpoints,
  ...projectExtraEndpoints,
  ...snippetEndpoints,
  ...releaseEndpoints,
  ...releaseLinkEndpoints,
  ...uploadEndpoints,
  ...packageEndpoints,
  ...noteEndpoints,
  ...discussionEndpoints,
  ...resourceEventEndpoints,
  ...awardEmojiEndpoints,
  ...pipelineEndpoints,
  ...integrationEndpoints,
  ...wikiEndpoints,
];
