import { account } from './account.ts';
import { accountBlock } from './account-block.ts';
import { accountAvatar } from './account-avatar.ts';
import { accountKeys } from './account-keys.ts';
import { branchProtection } from './branch-protection.ts';
import { code } from './code.ts';
import { commitComments } from './commit-comments.ts';
import { defaultBranch } from './default-branch.ts';
import { deployKeys } from './deploy-keys.ts';
import { fork } from './fork.ts';
import { groupQuiet } from './group-quiet.ts';
import { groupAvatar } from './group-avatar.ts';
import { group } from './group.ts';
import { groupMembers } from './group-members.ts';
import { hooks } from './hooks.ts';
import { keepOpen } from './keep-open.ts';
import { lfs } from './lfs.ts';
import { members } from './members.ts';
import { options } from './options.ts';
import { project } from './project.ts';
import { quiet } from './quiet.ts';
import { releases } from './releases.ts';
import { submodules } from './submodules.ts';
import { tracker } from './tracker.ts';
import type { AnyStep } from './step.ts';
import { wiki } from './wiki.ts';

/**
 * Everything that is done with an item, in the order in which it is done within a stage. Names, schemas, titles, reports,
 * status and journal follow from this list: a new kind of data is one file and one line here.
 */
export const steps: readonly AnyStep[] = [
  account,
  group,
  keepOpen,
  project,
  fork,
  lfs,
  code,
  submodules,
  wiki,
  tracker,
  commitComments,
  releases,
  groupMembers,
  groupAvatar,
  groupQuiet,
  accountKeys,
  accountAvatar,
  accountBlock,
  defaultBranch,
  members,
  options,
  branchProtection,
  deployKeys,
  hooks,
  quiet,
];
