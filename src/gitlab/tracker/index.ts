import * as z from 'zod';
import type { TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { unlessAbsent } from '../errors.ts';
import type { SettingsReader } from '../settings.ts';
import { createArchiveVerbs } from './archives.ts';
import { createCommitNoteVerbs } from './commit-notes.ts';
import { createFurnitureVerbs } from './furniture.ts';
import { createIssueVerbs } from './issues.ts';
import { createItemVerbs } from './items.ts';
import { createPackageVerbs } from './packages.ts';
import { createReleaseVerbs } from './releases.ts';
import { createUploadVerbs } from './uploads.ts';

/** Everything that a tracker needs of GitLab. */
export function createTrackerVerbs(gitlab: GitLabClient, settings: SettingsReader): TargetTracker {
  return {
    ...createArchiveVerbs(gitlab, settings),
    ...createItemVerbs(gitlab),
    ...createIssueVerbs(gitlab),
    ...createCommitNoteVerbs(gitlab),
    ...createFurnitureVerbs(gitlab),
    ...createUploadVerbs(gitlab),
    ...createPackageVerbs(gitlab),
    ...createReleaseVerbs(gitlab),
    async removeMember({ id, fullPath }, accountId) {
      await unlessAbsent(
        gitlab.request(fullPath, z.unknown(), (api) => api.ProjectMembers.remove(id, accountId)),
      );
    },
  };
}
