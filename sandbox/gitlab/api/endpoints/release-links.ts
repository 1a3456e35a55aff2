import { DEVELOPER } from '../../access.ts';
import type { Project } from '../../state.ts';
import { findRelease, linkErrors, newLink, type LinkFields } from '../../tracker/releases.ts';
import type { ReleaseLinkState, ReleaseState } from '../../tracker/state.ts';
import { created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { linkEntity } from '../entities/releases.ts';
import { failure } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import type { Param, Params } from '../params.ts';
import { numberIn, recordNotFound, refuseArchived, requireFeature } from '../tracker-lookup.ts';

const ALL = '/projects/:id/releases/:tag_name/assets/links';
const ONE = `${ALL}/:link_id`;
const FIELDS: Record<string, Param> = {
  direct_asset_path: { type: 'string' },
  filepath: { type: 'string' },
  link_type: { type: 'string', values: ['other', 'runbook', 'image', 'package'] },
};

/** What a release points to. */
export const releaseLinkEndpoints: Endpoint[] = [
  { method: 'GET', path: ALL, access: 'anonymous', declares: { fields: PAGING }, run: list },
  {
    method: 'POST',
    path: ALL,
    access: 'user',
    declares: {
      fields: {
        name: { type: 'string', required: true },
        url: { type: 'string', required: true },
        ...FIELDS,
      },
    },
    run: create,
  },
  {
    method: 'PUT',
    path: ONE,
    access: 'user',
    declares: {
      fields: { name: { type: 'string' }, url: { type: 'string' }, ...FIELDS },
      atLeastOneOf: ['name', 'url'],
    },
    run: update,
  },
  { method: 'DELETE', path: ONE, access: 'user', run: remove },
];

/** The fields of a link by the API's names, of a request or of an item in a list. */
export function linkFields(given: Params): LinkFields {
  const text = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: text('name'),
    url: text('url'),
    directAssetPath: text('direct_asset_path') ?? text('filepath'),
    linkType: text('link_type'),
  };
}

type Of = { project: Project; release: ReleaseState };

function find(call: Call): Of {
  const project = findProject(call);
  requireFeature(call, project, 'releases');
  const release = findRelease(project, call.route['tag_name'] ?? '');
  if (!release) throw recordNotFound();
  return { project, release };
}

function findWritable(call: UserCall): Of {
  const of = find(call);
  requireLevel(call, of.project, DEVELOPER);
  refuseArchived(call, of.project);
  return of;
}

function list(call: Call): Reply {
  const { project, release } = find(call);
  return page(call, release.links.toReversed(), (link) => linkEntity(call.context, project, release, link));
}

function create(call: UserCall): Reply {
  const { context, params } = call;
  const { project, release } = findWritable(call);
  const fields = linkFields(params);
  const errors = linkErrors(release.links, fields);
  if (errors.length > 0) throw failure(400, errors);
  const link = newLink(context, fields);
  release.links.push(link);
  context.changed();
  return created(linkEntity(context, project, release, link));
}

function update(call: UserCall): Reply {
  const { context, params } = call;
  const { project, release } = findWritable(call);
  const link = findLink(call, release);
  const { name = link.name, url = link.url, directAssetPath, linkType = link.linkType } = linkFields(params);
  const others = release.links.filter((each) => each !== link);
  const errors = linkErrors(others, { name, url, directAssetPath });
  if (errors.length > 0) throw failure(400, errors);
  Object.assign(link, { name, url, linkType, ...(directAssetPath !== undefined && { directAssetPath }) });
  context.changed();
  return ok(linkEntity(context, project, release, link));
}

function remove(call: UserCall): Reply {
  const { project, release } = findWritable(call);
  const link = findLink(call, release);
  release.links = release.links.filter((each) => each !== link);
  call.context.changed();
  return ok(linkEntity(call.context, project, release, link));
}

function findLink(call: Call, { links }: ReleaseState): ReleaseLinkState {
  const id = numberIn(call, 'link_id');
  const link = links.find((each) => each.id === id);
  if (!link) throw recordNotFound();
  return link;
}
