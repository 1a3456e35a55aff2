import { DEVELOPER } from '../../access.ts';
import { readCommits } from '../../git-objects.ts';
import type { Commit } from '../../git-refs.ts';
import { isValidRefName } from '../../git/ref-names.ts';
import { matchesWildcard } from '../../protections.ts';
import { createTag } from '../../ref-writing.ts';
import { readRef } from '../../repository.ts';
import { trackerOf, type Project } from '../../state.ts';
import { notifyOfRelease } from '../../tracker/notify.ts';
import { findRelease, linkErrors, newLink } from '../../tracker/releases.ts';
import type { ReleaseLinkState, ReleaseState } from '../../tracker/state.ts';
import { created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { releaseEntity } from '../entities/releases.ts';
import { failure, notFound } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf, type Param } from '../params.ts';
import { namesOf, refuseArchived, requireFeature } from '../tracker-lookup.ts';
import { linkFields } from './release-links.ts';

const ONE = '/projects/:id/releases/:tag_name';
const FIELDS: Record<string, Param> = {
  name: { type: 'string' },
  description: { type: 'string' },
  milestones: { type: 'strings' },
  released_at: { type: 'datetime' },
};

/** Releases (GL-450). */
export const releaseEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/releases',
    access: 'anonymous',
    declares: {
      fields: {
        ...PAGING,
        order_by: { type: 'string', values: ['released_at', 'created_at'], default: 'released_at' },
        sort: { type: 'string', values: ['asc', 'desc'], default: 'desc' },
      },
    },
    run: list,
  },
  { method: 'GET', path: ONE, access: 'anonymous', run: show },
  {
    method: 'POST',
    path: '/projects/:id/releases',
    access: 'user',
    declares: {
      fields: {
        tag_name: { type: 'string', required: true },
        tag_message: { type: 'string' },
        ref: { type: 'string' },
        assets: { type: 'hash' },
        ...FIELDS,
      },
    },
    run: create,
  },
  { method: 'PUT', path: ONE, access: 'user', declares: { fields: FIELDS }, run: update },
  { method: 'DELETE', path: ONE, access: 'user', run: remove },
];

async function list(call: Call): Promise<Reply> {
  const { params } = call;
  const project = readable(call);
  const key = params['order_by'] === 'created_at' ? 'createdAt' : 'releasedAt';
  const sorted = trackerOf(project).releases.toSorted((a, b) => a[key].localeCompare(b[key]));
  if (params['sort'] !== 'asc') sorted.reverse();
  const reply = page(call, sorted, (release) => release);
  const entities = (reply.body as ReleaseState[]).map((release) => shown(call, project, release));
  return { ...reply, body: await Promise.all(entities) };
}

async function show(call: Call): Promise<Reply> {
  const project = readable(call);
  const release = findRelease(project, call.route['tag_name'] ?? '');
  if (!release) throw notFound();
  return ok(await shown(call, project, release));
}

async function create(call: UserCall): Promise<Reply> {
  const { context, params, actor } = call;
  const project = writable(call);
  const tag = textOf(params, 'tag_name') ?? '';
  const rule = project.protectedTags.find(({ name }) => matchesWildcard(name, tag));
  if (rule && context.accessLevel(actor, project) < (rule.createAccessLevel || Infinity)) {
    throw failure(403, 'You are not allowed to create this tag as it is protected.');
  }
  if (findRelease(project, tag)) throw failure(409, 'Release already exists');
  const milestones = wantedMilestones(call, project);
  const links = wantedLinks(call);
  await ensureTag(call, project, tag);
  const createdAt = new Date().toISOString();
  const release: ReleaseState = {
    tag,
    name: textOf(params, 'name') ?? tag,
    description: textOf(params, 'description') ?? '',
    authorId: actor.user.id,
    createdAt,
    releasedAt: textOf(params, 'released_at') ?? createdAt,
    milestones: milestones ?? [],
    links,
  };
  trackerOf(project).releases.push(release);
  context.changed();
  notifyOfRelease(context, project, tag, actor.user.id);
  return created(await shown(call, project, release));
}

async function update(call: UserCall): Promise<Reply> {
  const { params, context } = call;
  const { project, release } = findWritable(call);
  const milestones = wantedMilestones(call, project);
  const [name, description, releasedAt] = ['name', 'description', 'released_at'].map((field) =>
    textOf(params, field),
  );
  Object.assign(release, {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(releasedAt !== undefined && { releasedAt }),
    ...(milestones && { milestones }),
  });
  context.changed();
  return ok(await shown(call, project, release));
}

async function remove(call: UserCall): Promise<Reply> {
  const { project, release } = findWritable(call);
  const entity = await shown(call, project, release);
  const tracker = trackerOf(project);
  tracker.releases = tracker.releases.filter((each) => each !== release);
  call.context.changed();
  return ok(entity);
}

function readable(call: Call): Project {
  const project = findProject(call);
  requireFeature(call, project, 'releases');
  return project;
}

function writable(call: UserCall): Project {
  const project = readable(call);
  requireLevel(call, project, DEVELOPER);
  refuseArchived(call, project);
  return project;
}

function findWritable(call: UserCall): { project: Project; release: ReleaseState } {
  const project = writable(call);
  const tag = call.route['tag_name'] ?? '';
  if (readRef(call.context.gitDir(project), `refs/tags/${tag}`) === null) {
    throw failure(404, 'Tag does not exist');
  }
  const release = findRelease(project, tag);
  if (!release) throw failure(404, 'Release does not exist');
  return { project, release };
}

/** Those of the project itself, of whatever state; a group's are for paid editions. */
function wantedMilestones({ params }: Call, project: Project): string[] | undefined {
  const titles = namesOf(params, 'milestones');
  const known = new Set(trackerOf(project).milestones.map(({ title }) => title));
  const unknown = titles?.filter((title) => !known.has(title)) ?? [];
  if (unknown.length > 0) throw failure(400, `Milestone(s) not found: ${unknown.join(', ')}`);
  return titles;
}

function wantedLinks({ context, params }: Call): ReleaseLinkState[] {
  const given = (params['assets'] as { links?: Record<string, unknown>[] } | null | undefined)?.links ?? [];
  const links: ReleaseLinkState[] = [];
  for (const each of given) {
    const fields = linkFields(each);
    const [error] = linkErrors(links, fields);
    if (error !== undefined) {
      throw failure(400, `Validation failed: Links ${error.charAt(0).toLowerCase()}${error.slice(1)}`);
    }
    links.push(newLink(context, fields));
  }
  return links;
}

/** A tag that is not there is made where a ref is named. */
async function ensureTag({ context, params, actor }: UserCall, project: Project, tag: string): Promise<void> {
  const gitDir = context.gitDir(project);
  if (readRef(gitDir, `refs/tags/${tag}`) !== null) return;
  const ref = textOf(params, 'ref');
  if (!ref) throw failure(422, 'Ref is not specified');
  if (!isValidRefName(tag)) throw failure(400, 'Tag name invalid');
  const [commit] = await readCommits(gitDir, [ref, '-1']);
  if (!commit) throw failure(400, `Target ${ref} is invalid`);
  await createTag(gitDir, tag, commit.id, { message: textOf(params, 'tag_message') ?? '', by: actor.user });
}

async function shown(
  { context }: Call,
  project: Project,
  release: ReleaseState,
): Promise<Record<string, unknown>> {
  const found: Commit[] = await readCommits(context.gitDir(project), [`refs/tags/${release.tag}`, '-1']);
  return releaseEntity(context, project, release, found[0] ?? null);
}
