import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from './access.ts';
import type { Context } from './context.ts';
import { protectByDefault } from './default-branch.ts';
import { namespaceId, type ProjectCreation } from './projects.ts';
import { createRepository, readHead, readRefs, removeRepository } from './repository.ts';
import type { NamespaceRef } from './routes.ts';
import type { Project, Visibility } from './state.ts';
import { VISIBILITY_LEVELS } from './visibility.ts';

type NewFork = {
  namespace: NamespaceRef;
  /** The only branch that is copied; null for all branches and tags. */
  branch: string | null;
  path: string | undefined;
  name: string | undefined;
  description: string | undefined;
  visibility: Visibility | undefined;
};

/** Makes the project at once and its repository by a job (projects/fork_service.rb, workers/repository_fork_worker.rb; GL-145, GL-147). */
export function forkProject(
  context: Context,
  actor: Actor,
  parent: Project,
  { namespace, branch, ...wanted }: NewFork,
): ProjectCreation {
  const creation = context.createProject(actor, {
    namespaceId: namespaceId(namespace),
    path: wanted.path ?? parent.path,
    name: wanted.name ?? parent.name,
    description: wanted.description ?? parent.description,
    visibility: visibilityOf(context, parent, namespace, wanted.visibility),
    attributes: featuresOf(parent),
  });
  if (creation.kind === 'refused') return creation;
  const { project } = creation;
  project.forkedFromId = parent.id;
  project.importStatus = 'scheduled';
  removeRepository(context.gitDir(project));
  context.changed();
  context.after(context.settings.asyncDelayMs, () => copyRepository(context, parent, project, branch));
  return creation;
}

/** No level is ever refused: it is lowered to one that is allowed (GL-146). */
function visibilityOf(
  { settings }: Context,
  parent: Project,
  namespace: NamespaceRef,
  asked: Visibility | undefined,
): Visibility {
  const limits = [
    parent.visibility,
    namespace.kind === 'group' ? namespace.group.visibility : 'public',
    asked,
  ];
  const most = Math.min(...limits.map((level) => VISIBILITY_LEVELS[level ?? 'public']));
  const allowed = (['public', 'internal', 'private'] as const).find(
    (level) => VISIBILITY_LEVELS[level] <= most && !settings.restrictedVisibilities.includes(level),
  );
  return allowed ?? 'private';
}

function featuresOf({ attributes }: Project): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => key.endsWith('_access_level')));
}

function copyRepository(context: Context, parent: Project, project: Project, branch: string | null): void {
  if (!context.state.projects.includes(project)) return;
  const [from, to] = [context.gitDir(parent), context.gitDir(project)];
  const failing = context.settings.failingForks.includes(project.fullPath) || !existsSync(join(from, 'HEAD'));
  project.importStatus = failing ? 'failed' : 'finished';
  context.changed();
  if (failing) return;
  const head = branch ?? readHead(from)?.replace('refs/heads/', '') ?? 'main';
  createRepository(to, head);
  rmSync(join(to, 'objects'), { recursive: true });
  cpSync(join(from, 'objects'), join(to, 'objects'), { recursive: true });
  // With one branch named, its history comes without tags (GL-147).
  const refs = [...readRefs(from)].filter(([ref]) =>
    branch === null ? /^refs\/(heads|tags)\//.test(ref) : ref === `refs/heads/${branch}`,
  );
  writeFileSync(join(to, 'packed-refs'), refs.map(([ref, id]) => `${id} ${ref}\n`).join(''));
  Object.assign(project.lfsObjects, parent.lfsObjects);
  if (refs.some(([ref]) => ref === `refs/heads/${head}`)) protectByDefault(context, project, head);
}
