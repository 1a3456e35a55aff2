import { DEVELOPER, MAINTAINER } from '../access.ts';
import { defaultBranchProtection } from '../default-branch.ts';
import { matchingProtections } from '../protections.ts';
import type { PushSubject } from './push-checks.ts';
import { creates, deletes, type RefCommand } from './push-request.ts';
import { isValidRefName, looksLikeObjectId } from './ref-names.ts';

/** Rails' checks of one branch, in its order; null when it may be written (lib/gitlab/checks/branch_check.rb). */
export async function branchRefusal(
  subject: PushSubject,
  command: RefCommand,
  branch: string,
): Promise<string | null> {
  if (deletes(command)) {
    if (branch === subject.defaultBranch) return 'The default branch of a project cannot be deleted.';
  } else {
    if (looksLikeObjectId(branch)) return 'You cannot create a branch with a SHA-1 or SHA-256 branch name.';
    if (!isValidRefName(branch)) return 'You cannot create a branch with an invalid name.';
  }
  return protectionRefusal(subject, command, branch);
}

async function protectionRefusal(
  subject: PushSubject,
  command: RefCommand,
  branch: string,
): Promise<string | null> {
  const { context, project, empty, actor } = subject;
  const rules = matchingProtections(project, branch);
  const protection = defaultBranchProtection(context, project);
  const protectedWhileEmpty = empty && protection >= 2;
  if (rules.length === 0 && !protectedWhileEmpty) return null;
  const forced =
    !creates(command) && !deletes(command) && !empty && !rules.some((rule) => rule.allowForcePush);
  if (forced && !(await subject.quarantine.isAncestor(command.old, command.new))) {
    return 'You are not allowed to force push code to a protected branch on this project.';
  }
  const level = context.accessLevel(actor, project);
  const reaches = (needed: number) => needed !== 0 && level >= needed;
  const mayPush = rules.some((rule) => reaches(rule.pushAccessLevel));
  if (empty) {
    const initially = level >= MAINTAINER || (level >= DEVELOPER && protection === 4);
    return initially || mayPush ? null : emptyProjectText(subject);
  }
  if (mayPush && !deletes(command)) return null;
  if (creates(command)) {
    return rules.some((rule) => reaches(rule.mergeAccessLevel))
      ? 'You can only create protected branches using the web interface and API.'
      : 'You are not allowed to create protected branches on this project.';
  }
  if (!deletes(command)) return 'You are not allowed to push code to protected branches on this project.';
  return level >= MAINTAINER
    ? 'You can only delete protected branches using the web interface.'
    : 'You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.';
}

/** Begins with an empty line, as the here-document in Rails does. */
function emptyProjectText({ context, project, defaultBranch }: PushSubject): string {
  const members = `${context.externalUrl}/${project.fullPath}/-/project_members`;
  return `
A default branch (e.g. ${defaultBranch ?? 'main'}) does not yet exist for ${project.fullPath}
Ask a project Owner or Maintainer to create a default branch:

  ${members}

`;
}
