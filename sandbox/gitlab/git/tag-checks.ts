import { DEVELOPER, MAINTAINER } from '../access.ts';
import { matchesWildcard } from '../protections.ts';
import type { PushSubject } from './push-checks.ts';
import { creates, deletes, type RefCommand } from './push-request.ts';
import { isValidRefName, looksLikeObjectId } from './ref-names.ts';

/** Rails' checks of one tag, in its order; null when it may be written (lib/gitlab/checks/tag_check.rb). */
export function tagRefusal(subject: PushSubject, command: RefCommand, tag: string): string | null {
  const level = subject.context.accessLevel(subject.actor, subject.project);
  if (!creates(command) && level < DEVELOPER) {
    return 'You are not allowed to change existing tags on this project.';
  }
  if (creates(command) && tag === subject.defaultBranch) {
    return 'You cannot use default branch name to create a tag';
  }
  if (!deletes(command)) {
    if (!isValidRefName(tag) || tag.startsWith('refs/tags/')) {
      return 'You cannot create a tag with a prohibited pattern.';
    }
    if (looksLikeObjectId(tag)) return 'You cannot create a tag with a SHA-1 or SHA-256 tag name.';
  }
  return protectionRefusal(subject, command, tag, level);
}

function protectionRefusal(
  subject: PushSubject,
  command: RefCommand,
  tag: string,
  level: number,
): string | null {
  const rules = subject.project.protectedTags.filter((rule) => matchesWildcard(rule.name, tag));
  if (rules.length === 0) return null;
  if (deletes(command)) {
    return level >= MAINTAINER
      ? 'You can only delete protected tags using the web interface.'
      : 'You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag.';
  }
  if (!creates(command)) return 'Protected tags cannot be updated.';
  const may = rules.some(({ createAccessLevel }) => createAccessLevel !== 0 && level >= createAccessLevel);
  return may ? null : 'You are not allowed to create this tag as it is protected.';
}
