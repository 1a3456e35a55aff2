import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { branchRefusal } from './branch-checks.ts';
import { objectRefusal } from './object-checks.ts';
import { deletes, type PushRequest } from './push-request.ts';
import { branchRuleRefusal, tagRuleRefusal } from './push-rules.ts';
import type { Quarantine } from './quarantine.ts';
import { fullStorageRefusal, pushSizeRefusal } from './quota.ts';
import { tagRefusal } from './tag-checks.ts';

/** Everything that the checks of one push look at. */
export type PushSubject = {
  context: Context;
  actor: Actor;
  project: Project;
  push: PushRequest;
  quarantine: Quarantine;
  /** No branch at all yet; tags do not count. */
  empty: boolean;
  /** The existing default branch, or the explicit preference while the project is empty. */
  defaultBranch: string | null;
};

/**
 * What Rails says to a push, without the `GitLab: ` in front; null when it is welcome. The first refusal declines all
 * refs (lib/gitlab/checks/changes_access.rb): the storage first, unless refs are only deleted, then every ref, then the
 * objects of all of them.
 */
export async function pushRefusal(subject: PushSubject): Promise<string | null> {
  const { context, project } = subject;
  const adds = !subject.push.commands.every(deletes);
  const full = adds ? fullStorageRefusal(context, project) : null;
  if (full !== null) return full;
  for (const command of subject.push.commands) {
    const branch = shortName(command.ref, 'refs/heads/');
    if (branch !== null) {
      const refusal =
        (await branchRefusal(subject, command, branch)) ?? branchRuleRefusal(subject, command, branch);
      if (refusal !== null) return refusal;
    }
    const tag = shortName(command.ref, 'refs/tags/');
    if (tag !== null) {
      const refusal = tagRefusal(subject, command, tag) ?? tagRuleRefusal(subject, command);
      if (refusal !== null) return refusal;
    }
  }
  return (await objectRefusal(subject)) ?? (adds ? pushSizeRefusal(context, project) : null);
}

function shortName(ref: string, prefix: string): string | null {
  return ref.startsWith(prefix) ? ref.slice(prefix.length) : null;
}
