import type { PushSubject } from './push-checks.ts';
import { deletes, type RefCommand } from './push-request.ts';

/** Push rules of an EE server (GL-480); null when none objects. */
export function branchRuleRefusal(subject: PushSubject, command: RefCommand, branch: string): string | null {
  const pattern = subject.context.settings.git.pushRules?.branchName;
  if (!pattern || deletes(command) || branch === subject.defaultBranch || pattern.test(branch)) return null;
  return `Branch name '${branch}' does not follow the pattern '${pattern.source}'`;
}

export function tagRuleRefusal(subject: PushSubject, command: RefCommand): string | null {
  if (!subject.context.settings.git.pushRules?.denyDeleteTag || !deletes(command)) return null;
  return 'You cannot delete a tag';
}

/** Does any rule need the new commits? */
export function looksAtCommits(subject: PushSubject): boolean {
  const rules = subject.context.settings.git.pushRules;
  return Boolean(rules?.commitMessage ?? rules?.authorEmail) && subject.push.commands.some(movesBranch);
}

export function commitRuleRefusal(subject: PushSubject, commit: Buffer): string | null {
  const rules = subject.context.settings.git.pushRules;
  const text = commit.toString('utf8');
  const end = text.indexOf('\n\n');
  const message = end < 0 ? '' : text.slice(end + 2).trimEnd();
  if (rules?.commitMessage && !rules.commitMessage.test(message)) {
    return `Commit message does not follow the pattern '${rules.commitMessage.source}'`;
  }
  const email = /^author .*<([^>]*)>/m.exec(text.slice(0, end))?.[1] ?? '';
  if (rules?.authorEmail && !rules.authorEmail.test(email)) {
    return `Author's email '${email}' does not follow the pattern '${rules.authorEmail.source}'`;
  }
  return null;
}

function movesBranch(command: RefCommand): boolean {
  return command.ref.startsWith('refs/heads/') && !deletes(command);
}
