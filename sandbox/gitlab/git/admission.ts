import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEVELOPER, type Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { denialReason } from '../credentials.ts';
import { isArchivedAbove } from '../projects.ts';
import type { Project } from '../state.ts';
import { canPushCode, featureReadable, mayWithToken } from './abilities.ts';
import { createByPush } from './creation.ts';
import { rootGroup } from './quota.ts';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

export type GitTarget = {
  /** As in the URL, without `.wiki` and `.git`. */
  fullPath: string;
  wiki: boolean;
};

/** The repository that a request may use, or Rails' refusal as plain text (GL-52, GL-53). */
export type Admission =
  | { kind: 'admitted'; project: Project; gitDir: string; wiki: boolean; movedFrom: string | null }
  | { kind: 'refused'; status: number; text: string }
  | { kind: 'login' };

const NOT_FOUND =
  "The project you were looking for could not be found or you don't have permission to view it.";
const OVER_USER_LIMIT =
  'Your top-level group is over the user limit and has been placed in a read-only state.';
const WIKI_NOT_FOUND = 'The wiki you were looking for could not be found.';

/** All that Rails checks before a byte goes to Gitaly, in its order (lib/gitlab/git_access.rb). */
export function admit(
  context: Context,
  actor: Actor | null,
  target: GitTarget,
  service: GitService,
): Admission {
  const push = service === 'git-receive-pack';
  // Before anything else is looked at, once the caller has logged in (ee/lib/ee/gitlab/git_access.rb check).
  if (push && actor && context.settings.maintenanceMode) {
    return forbidden(
      'Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode.',
    );
  }
  const early = protocolRefusal(context, push) ?? (actor && actorRefusal(context, actor, push));
  if (early) return early;
  if (push && !actor) return { kind: 'login' };
  if (push && context.settings.readOnlyDatabase) {
    return forbidden("You can't push code to a read-only GitLab instance.");
  }
  const found = locate(context, actor, target, push);
  if ('kind' in found) return found;
  const { project, wiki, movedFrom } = found;
  const gitDir = repositoryDir(context, project, wiki);
  if (gitDir === null) {
    return notFound(`A repository for this ${wiki ? 'wiki' : 'project'} does not exist yet.`);
  }
  const refusal = push
    ? pushRefusal(context, actor!, project, wiki)
    : pullRefusal(context, actor, project, wiki);
  return refusal ?? { kind: 'admitted', project, gitDir, wiki, movedFrom };
}

function protocolRefusal(context: Context, push: boolean): Admission | null {
  const { pullOverHttp, pushOverHttp } = context.settings.git;
  if (!pullOverHttp && !pushOverHttp) return forbidden('Git access over HTTP is not allowed');
  if (push && !pushOverHttp) return forbidden('Pushing over HTTP is not allowed.');
  return !push && !pullOverHttp ? forbidden('Pulling over HTTP is not allowed.') : null;
}

function actorRefusal(context: Context, actor: Actor, push: boolean): Admission | null {
  const denial = denialReason(actor, context);
  if (denial) return forbidden(denial);
  if (mayWithToken(actor, push)) return null;
  return forbidden(push ? 'You are not allowed to upload code.' : 'You are not allowed to download code.');
}

function locate(
  context: Context,
  actor: Actor | null,
  asked: GitTarget,
  push: boolean,
): { project: Project; wiki: boolean; movedFrom: string | null } | Admission {
  // Wikis come second: what is called `x.wiki` is a project first (lib/gitlab/repo_path.rb).
  const named = asked.wiki && context.findProjectByPath(`${asked.fullPath}.wiki`) !== null;
  const target = named ? { fullPath: `${asked.fullPath}.wiki`, wiki: false } : asked;
  if (!target.fullPath.includes('/')) {
    return actor ? notFound('The namespace you were looking for could not be found.') : { kind: 'login' };
  }
  const present = context.findProjectByPath(target.fullPath);
  const moved = present ? null : context.findMovedProject(target.fullPath);
  const project = present ?? moved;
  if (project && !project.pendingDelete && context.canRead(actor, project)) {
    return { project, wiki: target.wiki, movedFrom: moved ? target.fullPath : null };
  }
  if (!actor) return { kind: 'login' };
  if (!project && push) {
    // The wiki of nothing is taken for a project of that name (GL-55).
    const creation = createByPush(context, actor, target.wiki ? `${target.fullPath}.wiki` : target.fullPath);
    if (creation.kind === 'created') return { project: creation.project, wiki: false, movedFrom: null };
    if (creation.kind === 'failed') return { kind: 'refused', status: 422, text: creation.text };
  }
  return notFound(target.wiki ? WIKI_NOT_FOUND : NOT_FOUND);
}

function repositoryDir(context: Context, project: Project, wiki: boolean): string | null {
  const dir = wiki ? context.wikiDir(project) : context.gitDir(project);
  if (wiki) context.ensureWiki(project);
  return existsSync(join(dir, 'HEAD')) ? dir : null;
}

function pushRefusal(context: Context, actor: Actor, project: Project, wiki: boolean): Admission | null {
  if (project.repositoryReadOnly) {
    return forbidden('The repository is temporarily read-only. Please try again later.');
  }
  if (project.archived || isArchivedAbove(context, project)) {
    return forbidden("You can't push code to an archived project.");
  }
  if (wiki) {
    const open = project.attributes['wiki_access_level'] !== 'disabled';
    if (open && context.accessLevel(actor, project) >= DEVELOPER) return null;
    return forbidden("You are not allowed to write to this project's wiki.");
  }
  if (!canPushCode(context, actor, project)) {
    return forbidden('You are not allowed to push code to this project.');
  }
  // Sizes are no matter before the changes are known: a push over its limit is sent whole (GL-295).
  return context.settings.groupsOverUserLimit.includes(rootGroup(context, project))
    ? forbidden(OVER_USER_LIMIT)
    : null;
}

function pullRefusal(
  context: Context,
  actor: Actor | null,
  project: Project,
  wiki: boolean,
): Admission | null {
  const level = project.attributes[wiki ? 'wiki_access_level' : 'repository_access_level'];
  if (featureReadable(context, actor, project, level)) return null;
  if (!actor) return { kind: 'login' };
  return forbidden(
    wiki
      ? 'You are not allowed to download files from this wiki.'
      : 'You are not allowed to download code from this project.',
  );
}

function forbidden(text: string): Admission {
  return { kind: 'refused', status: 403, text };
}

function notFound(text: string): Admission {
  return { kind: 'refused', status: 404, text };
}
