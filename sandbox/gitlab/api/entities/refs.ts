import { DEVELOPER } from '../../access.ts';
import type { Commit, ListedRef } from '../../git-refs.ts';
import { isProtected, matchingProtections } from '../../protections.ts';
import type { Project } from '../../state.ts';

export function branchEntity(
  ref: ListedRef,
  project: Project,
  options: { defaultBranch: string | null; level: number; web: string },
): Record<string, unknown> {
  const rules = matchingProtections(project, ref.name);
  const needed = Math.min(...rules.map((rule) => rule.pushAccessLevel || Infinity));
  return {
    name: ref.name,
    commit: ref.commit && commitEntity(ref.commit, options.web),
    merged: false,
    protected: isProtected(project, ref.name),
    developers_can_push: rules.some((rule) => rule.pushAccessLevel === DEVELOPER),
    developers_can_merge: rules.some((rule) => rule.mergeAccessLevel === DEVELOPER),
    can_push: options.level >= (rules.length === 0 ? DEVELOPER : needed),
    default: ref.name === options.defaultBranch,
    web_url: `${options.web}/-/tree/${ref.name}`,
  };
}

export function tagEntity(
  ref: ListedRef,
  options: { protected: boolean; web: string; release?: Record<string, unknown> | null },
): Record<string, unknown> {
  return {
    name: ref.name,
    message: ref.message,
    target: ref.id,
    commit: ref.commit && commitEntity(ref.commit, options.web),
    release: options.release ?? null,
    protected: options.protected,
    created_at: null,
  };
}

export function commitEntity(commit: Commit, web: string): Record<string, unknown> {
  return {
    id: commit.id,
    short_id: commit.id.slice(0, 8),
    created_at: commit.committedDate,
    parent_ids: commit.parents,
    title: commit.message.split('\n', 1)[0] ?? '',
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    authored_date: commit.authoredDate,
    committer_name: commit.committerName,
    committer_email: commit.committerEmail,
    committed_date: commit.committedDate,
    trailers: {},
    extended_trailers: {},
    web_url: `${web}/-/commit/${commit.id}`,
  };
}
