import type { Hono } from 'hono';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';
import { registerAssets } from './assets.ts';
import { registerAttachments } from './attachments.ts';
import { registerCollaboratorPage } from './collaborator-page.ts';
import { registerCollaborators } from './collaborators.ts';
import { registerComments } from './comments.ts';
import { registerDbviewer } from './database/dbviewer.ts';
import { registerExport } from './database/export.ts';
import { registerHooks } from './hooks.ts';
import { registerIssues } from './issues.ts';
import { registerLabels } from './labels.ts';
import { registerLfs } from './lfs.ts';
import { registerMemberPages } from './member-pages.ts';
import { registerMilestones } from './milestones.ts';
import { registerPullMerge } from './pull-merge.ts';
import { registerPulls } from './pulls.ts';
import { registerReleases } from './releases.ts';
import { registerSession } from './session.ts';
import { registerSettingsPages } from './settings-pages.ts';
import { registerStatuses } from './statuses.ts';

/** Everything beside accounts, repositories and git: API, pages, LFS, sign-in and database. */
export function registerTracker(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  const parts = [
    registerComments,
    registerLabels,
    registerIssues,
    registerMilestones,
    registerPulls,
    registerPullMerge,
    registerReleases,
    registerAssets,
    registerAttachments,
    registerCollaborators,
    registerHooks,
    registerStatuses,
    registerLfs,
    registerSession,
    registerDbviewer,
    registerExport,
    registerMemberPages,
    registerCollaboratorPage,
    registerSettingsPages,
  ];
  for (const register of parts) register(app, context);
}
