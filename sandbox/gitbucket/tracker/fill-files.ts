import { createHash } from 'node:crypto';
import type { GitBucketContext } from '../context.ts';
import { insertAsset } from './assets.ts';
import { attachFile } from './attachments.ts';
import { known, type FullName } from './fill-target.ts';
import { insertHook } from './hooks.ts';
import { storeLfsObject } from './lfs.ts';
import { insertRelease } from './releases.ts';
import type { DeployKeyState, HookState, ReleaseState, StatusState } from './state.ts';
import { putStatus, type NewStatus } from './statuses.ts';

/** Adds a release whose files are complete, as the web form stores them. */
export async function addRelease(
  context: GitBucketContext,
  fullName: FullName,
  release: {
    tag: string;
    author: string;
    name?: string;
    body?: string;
    assets?: { name: string; bytes: Uint8Array }[];
    createdAt?: number;
  },
): Promise<ReleaseState> {
  const { repository, tracker } = known(context, fullName);
  const row = insertRelease(context, tracker, {
    tag: release.tag,
    name: release.name ?? release.tag,
    body: release.body ?? null,
    author: release.author,
    ...(release.createdAt !== undefined && { createdAt: release.createdAt }),
  });
  for (const { name, bytes } of release.assets ?? []) {
    await insertAsset(context, repository, row, {
      name,
      bytes,
      size: bytes.length,
      uploader: release.author,
    });
  }
  return row;
}

/** Stores an attachment; returns the link that stands in texts, absolute as it is on the real server. */
export async function addAttachment(
  context: GitBucketContext,
  fullName: FullName,
  name: string,
  bytes: Uint8Array,
): Promise<string> {
  const { repository } = known(context, fullName);
  const id = await attachFile(context, repository, name, bytes);
  return `${context.url()}/${fullName}/_attached/${id}`;
}

/** Stores an LFS object and returns its id. */
export async function addLfsObject(
  context: GitBucketContext,
  fullName: FullName,
  bytes: Uint8Array,
): Promise<string> {
  const { repository } = known(context, fullName);
  const oid = createHash('sha256').update(bytes).digest('hex');
  await storeLfsObject(context, repository.owner, repository.name, oid, bytes);
  return oid;
}

export function addHook(
  context: GitBucketContext,
  fullName: FullName,
  hook: { url: string; contentType?: 'form' | 'json'; events: string[]; secret?: string },
): HookState {
  const { url, contentType = 'form', events, secret = null } = hook;
  return insertHook(context, known(context, fullName).tracker, { url, contentType, events, secret });
}

export function addStatus(context: GitBucketContext, fullName: FullName, status: NewStatus): StatusState {
  return putStatus(context, known(context, fullName).tracker, status);
}

export function addDeployKey(
  context: GitBucketContext,
  fullName: FullName,
  key: Omit<DeployKeyState, 'id'>,
): DeployKeyState {
  const row = { id: context.nextId('deploy-key'), ...key };
  known(context, fullName).tracker.deployKeys.push(row);
  context.changed();
  return row;
}
