import * as z from 'zod';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { lfsAuthorization } from './lfs-token.ts';

const pointers = z.array(z.looseObject({ oid: z.string(), size: z.number() }));

export type Pointer = z.infer<typeof pointers>[number];

const MISSING = "Object does not exist on the server or you don't have permissions to access it";

/** The objects of a batch request; empty when the list is missing or damaged. */
export function requestedObjects(body: Record<string, unknown>): Pointer[] {
  const parsed = pointers.safeParse(body['objects']);
  return parsed.success ? parsed.data : [];
}

/** Tells for each object where to get it; objects that are not linked to this project do not exist. */
export function downloads(
  project: Project,
  actor: Actor | null,
  repositoryUrl: string,
  objects: Pointer[],
): unknown[] {
  return objects.map((object) => {
    if (!(object.oid in project.lfsObjects)) return { ...object, error: { code: 404, message: MISSING } };
    const header = actor ? { header: { Authorization: lfsAuthorization(actor) } } : {};
    const download = { href: `${repositoryUrl}/gitlab-lfs/objects/${object.oid}`, ...header };
    const open = project.visibility === 'public' ? { authenticated: true } : {};
    return { ...object, actions: { download }, ...open };
  });
}

/** Tells for each object where to put it; those linked to this project already have no actions (GL-251). */
export function uploads(
  context: Context,
  project: Project,
  actor: Actor,
  repositoryUrl: string,
  objects: Pointer[],
): unknown[] {
  linkFromForkSource(context, project, objects);
  return objects.map((object) => {
    if (object.oid in project.lfsObjects) return { ...object, authenticated: true };
    const upload = {
      href: `${repositoryUrl}/gitlab-lfs/objects/${object.oid}/${object.size}`,
      header: {
        Authorization: lfsAuthorization(actor),
        'Content-Type': 'application/octet-stream',
        'Transfer-Encoding': 'chunked',
      },
    };
    return { ...object, actions: { upload }, authenticated: true };
  });
}

/** Forks share their source's objects; nothing else on the instance is shared. */
function linkFromForkSource(context: Context, project: Project, objects: Pointer[]): void {
  const source = project.forkedFromId === null ? null : context.routes.project(project.forkedFromId);
  if (!source) return;
  for (const { oid } of objects) {
    const size = source.lfsObjects[oid];
    if (size === undefined || oid in project.lfsObjects) continue;
    project.lfsObjects[oid] = size;
    context.changed();
  }
}
