import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEVELOPER, MAINTAINER, REPORTER } from '../../access.ts';
import type { Context } from '../../context.ts';
import { trackerOf, type Project } from '../../state.ts';
import { nextId } from '../../tracker/items.ts';
import type { PackageState } from '../../tracker/state.ts';
import { noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { failure, forbidden, invalidParameters, notFound } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf } from '../params.ts';
import { numberIn } from '../tracker-lookup.ts';

const FILE = '/projects/:id/packages/generic/:package_name/:package_version/:file_name';
const NAMES = {
  package_name: /^[\w.+-]+$/,
  package_version: /^(?!.*\.\.)[\w+.-]+$/,
  file_name: /^(?![~@])[\w.+~@-]+(?<![~@])$/,
};

/** Generic packages (GL-452). */
export const packageEndpoints: Endpoint[] = [
  { method: 'PUT', path: FILE, access: 'user', rawBody: true, run: put },
  { method: 'GET', path: FILE, access: 'anonymous', run: get },
  {
    method: 'GET',
    path: '/projects/:id/packages',
    access: 'anonymous',
    declares: {
      fields: {
        ...PAGING,
        package_name: { type: 'string' },
        package_version: { type: 'string' },
        package_type: { type: 'string' },
      },
    },
    run: list,
  },
  {
    method: 'GET',
    path: '/projects/:id/packages/:package_id/package_files',
    access: 'anonymous',
    declares: { fields: PAGING },
    run: files,
  },
  { method: 'DELETE', path: '/projects/:id/packages/:package_id', access: 'user', run: remove },
];

function namesIn({ route }: Call): { name: string; version: string; file: string } {
  const problems = Object.entries(NAMES).filter(([name, pattern]) => !pattern.test(route[name] ?? ''));
  if (problems.length > 0) throw invalidParameters(problems.map(([name]) => `${name} is invalid`));
  const { package_name: name = '', package_version: version = '', file_name: file = '' } = route;
  return { name, version, file };
}

/** The same file again is taken again; the newest one is given out. */
function put(call: UserCall): Reply {
  const { context, params } = call;
  const { name, version, file } = namesIn(call);
  const project = withPackages(call);
  requireLevel(call, project, DEVELOPER);
  const bytes = params['file'] as Buffer;
  if (bytes.length > context.settings.maxPackageSize)
    throw failure(400, '400 Bad request - File is too large');
  const packages = (trackerOf(project).packages ??= []);
  const createdAt = new Date().toISOString();
  let found = packages.find((each) => each.name === name && each.version === version);
  if (!found) {
    found = { id: nextId(context), name, version, createdAt, files: [] };
    packages.push(found);
  }
  const id = nextId(context);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(folderOf(context, project), { recursive: true });
  writeFileSync(join(folderOf(context, project), String(id)), bytes);
  found.files.push({ id, name: file, size: bytes.length, sha256, createdAt });
  context.changed();
  return { status: 201, body: { message: '201 Created' } };
}

function get(call: Call): Reply {
  const { context } = call;
  const { name, version, file } = namesIn(call);
  const project = readable(call);
  const found = project.tracker?.packages?.find((each) => each.name === name && each.version === version);
  const entry = found?.files.findLast((each) => each.name === file);
  const path = entry && join(folderOf(context, project), String(entry.id));
  if (!entry || path === undefined || !existsSync(path)) throw notFound();
  return ok(readFileSync(path), {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${file}"`,
    'x-checksum-sha256': entry.sha256,
  });
}

function list(call: Call): Reply {
  const { params } = call;
  const project = readable(call);
  const wanted = textOf(params, 'package_name')?.toLowerCase() ?? '';
  const version = textOf(params, 'package_version');
  const found = (project.tracker?.packages ?? []).filter(
    (each) =>
      each.name.toLowerCase().includes(wanted) &&
      (version === undefined || each.version === version) &&
      ['generic', undefined].includes(textOf(params, 'package_type')),
  );
  return page(call, found, ({ id, name, version: number, createdAt }) => ({
    id,
    name,
    version: number,
    package_type: 'generic',
    status: 'default',
    _links: { web_path: `/${project.fullPath}/-/packages/${id}` },
    created_at: createdAt,
    last_downloaded_at: null,
    tags: [],
  }));
}

function files(call: Call): Reply {
  const found = findPackage(call, readable(call));
  return page(call, found.files, ({ id, name, size, sha256, createdAt }) => ({
    id,
    package_id: found.id,
    created_at: createdAt,
    file_name: name,
    size,
    file_md5: null,
    file_sha1: null,
    file_sha256: sha256,
  }));
}

function remove(call: UserCall): Reply {
  const project = findProject(call);
  requireLevel(call, project, MAINTAINER);
  const found = findPackage(call, project);
  const tracker = trackerOf(project);
  tracker.packages = (tracker.packages ?? []).filter((each) => each !== found);
  for (const { id } of found.files)
    rmSync(join(folderOf(call.context, project), String(id)), { force: true });
  call.context.changed();
  return noContent();
}

function findPackage(call: Call, project: Project): PackageState {
  const id = numberIn(call, 'package_id');
  const found = project.tracker?.packages?.find((each) => each.id === id);
  if (!found) throw notFound();
  return found;
}

/** `packages_enabled` alone counts: the level of access by itself changes nothing for who has a role (GL-452). */
function withPackages(call: Call): Project {
  const project = findProject(call);
  if (project.attributes['packages_enabled'] === false) throw forbidden();
  return project;
}

/** In private projects they are for reporters and above. */
function readable(call: Call): Project {
  const project = withPackages(call);
  if (project.visibility === 'private' && call.context.accessLevel(call.actor, project) < REPORTER) {
    throw forbidden();
  }
  return project;
}

function folderOf({ dir }: Context, { id }: Project): string {
  return join(dir, 'packages', String(id));
}
