import type { Hono } from 'hono';
import { notFound, pageNotFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { filesDir, loadFile, newFileId, storeFile, typeOf } from './files.ts';
import { openPage, openRepository, param } from './opened.ts';
import { resolveRef } from './pull-git.ts';
import { assetJson } from './release-json.ts';
import type { AssetState, ReleaseState } from './state.ts';

const ASSETS = '/api/v3/repos/:owner/:repository/releases/:tag/assets';

/** The API keeps only what has arrived with the request's head; measured with a 2 MB upload (GB-214). */
const BYTES_KEPT = 7809;

/** Release files: upload and metadata by API, the bytes only by the HTML route with a session. */
export function registerAssets(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor >= 31) registerApi(app, context);
  // One segment only between the router that decodes first and the one with a splat (GB-213).
  const tag = context.minor >= 36 ? ':tag{.+}' : ':tag';
  app.get(`/:owner/:repository/releases/${tag}/assets/:file`, (c) => download(c, context));
}

function registerApi(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.post(ASSETS, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    const name = c.req.query('name');
    if (name === undefined || !viewer) return serverError(c);
    const release = tracker.releases.find((row) => row.tag === param(c, 'tag'));
    if (!release) return notFound(c);
    const announced = Number(c.req.header('content-length') ?? 0);
    const bytes = new Uint8Array(await c.req.arrayBuffer()).subarray(0, BYTES_KEPT);
    const asset = await insertAsset(context, repository, release, {
      name,
      bytes,
      size: announced,
      uploader: viewer.login,
    });
    return c.json(assetJson(asset, release.tag, context, repository));
  });

  app.get(`${ASSETS}/:file`, (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const release = opened.tracker.releases.find((row) => row.tag === param(c, 'tag'));
    const asset = release?.assets.find((row) => row.fileId === param(c, 'file'));
    if (!release || !asset) return notFound(c);
    return c.json(assetJson(asset, release.tag, context, opened.repository));
  });
}

/** The bytes; only while the tag of the release still exists in git (GB-213). */
async function download(c: GitBucketRequest, context: GitBucketContext): Promise<Response> {
  const opened = openPage(c, context, 'read');
  if (opened instanceof Response) return opened;
  const { repository, tracker } = opened;
  const tag = param(c, 'tag');
  const fileId = param(c, 'file');
  const gitDir = context.gitDir(repository.owner, repository.name);
  const release = tracker.releases.find((row) => row.tag === tag);
  const asset = release?.assets.find((row) => row.fileId === fileId);
  if (!asset || !(await resolveRef(gitDir, `refs/tags/${tag}^{commit}`))) return pageNotFound(c, context);
  const bytes = await loadFile(`${filesDir(context, repository)}/releases`, `${tag}/${fileId}`);
  if (!bytes) return pageNotFound(c, context);
  c.header('content-type', typeOf(asset.name));
  c.header('content-length', String(bytes.length));
  c.header('x-content-type-options', 'nosniff');
  c.header('content-disposition', rawUtf8(`attachment; filename=${asset.name}`));
  return c.body(new Uint8Array(bytes));
}

/** The file's name stands in the header as bare UTF-8, which HTTP libraries write as one character per byte. */
function rawUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export type NewAsset = { name: string; bytes: Uint8Array; size: number; uploader: string };

/** Stores a file with a release. */
export async function insertAsset(
  context: GitBucketContext,
  repository: { owner: string; name: string },
  release: ReleaseState,
  asset: NewAsset,
): Promise<AssetState> {
  const fileId = newFileId(context.now());
  await storeFile(`${filesDir(context, repository)}/releases`, `${release.tag}/${fileId}`, asset.bytes);
  const { name, size, uploader } = asset;
  const row: AssetState = { fileId, name, size, uploader, createdAt: context.now() };
  release.assets.push(row);
  context.changed();
  return row;
}
