import { MAINTAINER } from '../../access.ts';
import type { Project } from '../../state.ts';
import type { UploadState } from '../../tracker/state.ts';
import {
  findUpload,
  keepUpload,
  readUpload,
  removeUpload,
  uploadEntity,
  uploadHeaders,
} from '../../uploads.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { userById } from '../entities/tracker.ts';
import { ApiError, invalidParameters, notFound } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';

const BY_ID = '/projects/:id/uploads/:upload_id';
const BY_SECRET = '/projects/:id/uploads/:secret/:filename';

/** Attachments, to which texts link (GL-451); reading them by REST came with 17.2 and 17.4. */
export const uploadEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/:id/uploads',
    access: 'user',
    declares: { fields: { file: { type: 'file', required: true } } },
    run: create,
  },
  { method: 'GET', path: '/projects/:id/uploads', access: 'user', declares: { fields: PAGING }, run: list },
  { method: 'GET', path: BY_ID, access: 'user', run: (call) => download(call, byId) },
  { method: 'GET', path: BY_SECRET, access: 'anonymous', run: (call) => download(call, bySecret) },
  { method: 'DELETE', path: BY_ID, access: 'user', run: (call) => remove(call, byId) },
  { method: 'DELETE', path: BY_SECRET, access: 'user', run: (call) => remove(call, bySecret) },
];

/** Also into what is archived. */
async function create(call: UserCall): Promise<Reply> {
  const { context, params, actor } = call;
  const { file } = params;
  const project = findProject(call);
  if (!(file instanceof File)) throw invalidParameters(['file is invalid']);
  if (file.size > context.settings.maxAttachmentSize)
    throw new ApiError(413, 'entity is too large\n', { 'content-type': 'text/plain; charset=utf-8' });
  const bytes = Buffer.from(await file.arrayBuffer());
  const upload = keepUpload(context, project, { name: file.name, bytes, userId: actor.user.id });
  return created(uploadEntity(context, project, upload));
}

function list(call: Call): Reply {
  const project = findProject(call);
  requireLevel(call, project, MAINTAINER);
  return page(call, (project.tracker?.uploads ?? []).toReversed(), (upload) => ({
    id: upload.id,
    size: upload.size,
    filename: upload.name,
    created_at: upload.createdAt,
    uploaded_by: userById(call.context, upload.userId),
  }));
}

type Found = { project: Project; upload: UploadState | null };

/** By number it is for Maintainers only: numbers can be counted through. */
function byId(call: Call): Found {
  const project = findProject(call);
  requireLevel(call, project, MAINTAINER);
  const id = Number(call.route['upload_id']);
  return { project, upload: project.tracker?.uploads.find((each) => each.id === id) ?? null };
}

function bySecret(call: Call): Found {
  const { secret = '', filename = '' } = call.route;
  const project = findProject(call);
  return { project, upload: findUpload(project, secret, filename) };
}

function download(call: Call, find: (call: Call) => Found): Reply {
  const { project, upload } = find(call);
  const bytes = upload && readUpload(call.context, project, upload);
  if (!upload || !bytes) throw notFound();
  return ok(bytes, uploadHeaders(upload));
}

function remove(call: UserCall, find: (call: Call) => Found): Reply {
  const { project, upload } = find(call);
  requireLevel(call, project, MAINTAINER);
  if (!upload) throw notFound();
  removeUpload(call.context, project, upload);
  return noContent();
}
