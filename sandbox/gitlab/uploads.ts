import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, extname, join } from 'node:path';
import type { Context } from './context.ts';
import { isSince } from './settings.ts';
import { trackerOf, type Project } from './state.ts';
import type { UploadState } from './tracker/state.ts';

const IMAGES = new Set(['png', 'jpg', 'jpeg', 'gif', 'bmp', 'tiff', 'ico', 'webp']);
const PLAYED = new Set(['mp4', 'm4v', 'mov', 'webm', 'ogv', 'mp3', 'oga', 'ogg', 'spx', 'wav']);
/** What file systems take. */
const LONGEST_NAME = 255;

/** Keeps a file under a secret of its own; a name that is too long breaks (GL-451). */
export function keepUpload(
  context: Context,
  project: Project,
  file: { name: string; bytes: Buffer; userId: number },
): UploadState {
  const name = cleaned(file.name);
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new Error('File name too long');
  const upload: UploadState = {
    secret: randomBytes(16).toString('hex'),
    name,
    size: file.bytes.length,
    id: context.state.nextId.other++,
    userId: file.userId,
    createdAt: new Date().toISOString(),
  };
  mkdirSync(folderOf(context, project, upload), { recursive: true });
  writeFileSync(pathOf(context, project, upload), file.bytes);
  trackerOf(project).uploads.push(upload);
  context.changed();
  return upload;
}

/** The last part of the name, with `_` for all but letters, digits and `. + -`. */
function cleaned(given: string): string {
  const name = basename(given.replaceAll('\\', '/')).replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}.+-]/gu, '_');
  if (name === '') return 'unnamed';
  return /^\.+$/.test(name) ? `_${name}` : name;
}

export function findUpload(project: Project, secret: string, name: string): UploadState | null {
  const uploads = project.tracker?.uploads ?? [];
  return uploads.find((each) => each.secret === secret && each.name === name) ?? null;
}

/** Null when the file is gone. */
export function readUpload(context: Context, project: Project, upload: UploadState): Buffer | null {
  const path = pathOf(context, project, upload);
  return existsSync(path) ? readFileSync(path) : null;
}

export function removeUpload(context: Context, project: Project, upload: UploadState): void {
  const tracker = trackerOf(project);
  tracker.uploads = tracker.uploads.filter((each) => each !== upload);
  rmSync(folderOf(context, project, upload), { recursive: true, force: true });
  context.changed();
}

/** What the API tells of an upload; the path by number came with 17.2. */
export function uploadEntity(
  context: Context,
  project: Project,
  { id, secret, name }: UploadState,
): Record<string, unknown> {
  const extension = extname(name).slice(1).toLowerCase();
  const shown = IMAGES.has(extension) || PLAYED.has(extension);
  const alt = shown ? basename(name, extname(name)) : name;
  const url = `/uploads/${secret}/${name}`;
  const place = isSince(context.settings.version, 17, 2)
    ? `/-/project/${project.id}`
    : `/${project.fullPath}`;
  const link = `[${alt.replaceAll(']', '\\]')}](${url})`;
  return {
    ...(isSince(context.settings.version, 17, 2) && { id }),
    alt,
    url,
    full_path: `${context.relativeUrl}${place}/uploads/${secret}/${encodeURIComponent(name)}`,
    markdown: shown || extension === 'svg' ? `!${link}` : link,
  };
}

/** How a browser is told to treat the file. */
export function uploadHeaders({ name }: UploadState): Record<string, string> {
  const extension = extname(name).slice(1).toLowerCase();
  const image = IMAGES.has(extension);
  const subtype = extension === 'jpg' ? 'jpeg' : extension;
  return {
    'content-type': image ? `image/${subtype}` : 'application/octet-stream',
    'content-disposition': `${image ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name)}`,
  };
}

/**
 * Serves the address of an upload to a browser without a session: files of public projects; all others are not there,
 * or lead to the sign-in page before 17.2 (GL-454). False when there is nothing at that path.
 */
export function serveUpload(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): boolean {
  const [, id, secret = '', given = ''] =
    /^\/-\/project\/(\d+)\/uploads\/([0-9a-f]{32})\/([^/]+)$/.exec(path) ??
    /^\/(.+?)\/uploads\/([0-9a-f]{32})\/([^/]+)$/.exec(path) ??
    [];
  if (id === undefined) return false;
  const byNumber = path.startsWith('/-/project/');
  const project = byNumber ? context.routes.project(Number(id)) : context.findProjectByPath(id);
  if (byNumber !== isSince(context.settings.version, 17, 2)) return false;
  if (project?.visibility !== 'public') {
    if (byNumber) return false;
    request.resume();
    response.writeHead(302, { location: `${context.externalUrl}/users/sign_in` }).end();
    return true;
  }
  const upload = findUpload(project, secret, decodeURIComponent(given));
  const bytes = upload && readUpload(context, project, upload);
  if (!upload || !bytes) return false;
  request.resume();
  response.writeHead(200, { ...uploadHeaders(upload), 'content-length': bytes.length }).end(bytes);
  return true;
}

function folderOf({ dir }: Context, { id }: Project, { secret }: UploadState): string {
  return join(dir, 'uploads', String(id), secret);
}

function pathOf(context: Context, project: Project, upload: UploadState): string {
  return join(folderOf(context, project, upload), upload.name);
}
