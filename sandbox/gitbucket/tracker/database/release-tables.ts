import { perRepository, REPOSITORY_KEY } from './per-repository.ts';
import { at, type Cell, type TableSpec } from './table.ts';

const RELEASE_TAG: TableSpec = {
  name: 'RELEASE_TAG',
  columns: [...REPOSITORY_KEY, 'TAG', 'NAME', 'AUTHOR', 'CONTENT', 'REGISTERED_DATE', 'UPDATED_DATE'],
  clobs: ['CONTENT'],
  rows: perRepository((tracker) =>
    tracker.releases.map((row) => [
      row.tag,
      row.name,
      row.author,
      row.body,
      at(row.createdAt),
      at(row.updatedAt),
    ]),
  ),
};

const RELEASE_ASSET: TableSpec = {
  name: 'RELEASE_ASSET',
  columns: [
    ...REPOSITORY_KEY,
    'TAG',
    'FILE_NAME',
    'LABEL',
    'SIZE',
    'UPLOADER',
    'REGISTERED_DATE',
    'UPDATED_DATE',
  ],
  clobs: [],
  rows: perRepository((tracker) =>
    tracker.releases.flatMap(({ tag, assets }) =>
      assets.map((row): Cell[] => [
        tag,
        row.fileId,
        row.name,
        row.size,
        row.uploader,
        at(row.createdAt),
        at(row.createdAt),
      ]),
    ),
  ),
};

const WEB_HOOK: TableSpec = {
  name: 'WEB_HOOK',
  columns: ['HOOK_ID', ...REPOSITORY_KEY, 'URL', 'TOKEN', 'CTYPE'],
  clobs: [],
  rows: (context) =>
    perRepository((tracker) => tracker.hooks.map((row) => [row.id, row.url, row.secret, row.contentType]))(
      context,
    ).map(([owner = null, name = null, id = null, ...rest]) => [id, owner, name, ...rest]),
};

const WEB_HOOK_EVENT: TableSpec = {
  name: 'WEB_HOOK_EVENT',
  columns: [...REPOSITORY_KEY, 'URL', 'EVENT'],
  clobs: [],
  rows: perRepository((tracker) =>
    tracker.hooks.flatMap(({ url, events }) => events.map((event): Cell[] => [url, event])),
  ),
};

const COMMIT_STATUS: TableSpec = {
  name: 'COMMIT_STATUS',
  columns: [
    ...REPOSITORY_KEY,
    'COMMIT_STATUS_ID',
    'COMMIT_ID',
    'CONTEXT',
    'STATE',
    'TARGET_URL',
    'DESCRIPTION',
    'CREATOR',
    'REGISTERED_DATE',
    'UPDATED_DATE',
  ],
  clobs: ['DESCRIPTION'],
  rows: perRepository((tracker) =>
    tracker.statuses.map((row) => [
      row.id,
      row.sha,
      row.context,
      row.state,
      row.targetUrl,
      row.description,
      row.creator,
      at(row.createdAt),
      at(row.updatedAt),
    ]),
  ),
};

const DEPLOY_KEY: TableSpec = {
  name: 'DEPLOY_KEY',
  columns: [...REPOSITORY_KEY, 'DEPLOY_KEY_ID', 'TITLE', 'PUBLIC_KEY', 'ALLOW_WRITE'],
  clobs: ['PUBLIC_KEY'],
  rows: perRepository((tracker) =>
    tracker.deployKeys.map((row) => [row.id, row.title, row.publicKey, row.allowWrite]),
  ),
};

/** Releases, webhooks, statuses and deploy keys. */
export const RELEASE_TABLES: readonly TableSpec[] = [
  RELEASE_TAG,
  RELEASE_ASSET,
  WEB_HOOK,
  WEB_HOOK_EVENT,
  COMMIT_STATUS,
  DEPLOY_KEY,
];
