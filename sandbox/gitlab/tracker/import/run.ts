import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { trackerOf, type Project, type User } from '../../state.ts';
import { nextId } from '../items.ts';
import type { RelationImportState } from '../state.ts';
import { openArchive, type Line } from './archive.ts';
import type { Importing } from './importing.ts';
import { importIssue } from './issues.ts';
import { highestIid } from './items.ts';
import { importMergeRequest } from './merge-requests.ts';
import { milestoneFor } from './named.ts';
import { mapPeople } from './people.ts';

/** What an import may be asked for, in the order in which they are told. */
export const RELATIONS = ['issues', 'merge_requests', 'milestones', 'ci_pipelines'];

const READERS: Record<string, (importing: Importing, line: Line) => unknown> = {
  issues: importIssue,
  merge_requests: importMergeRequest,
  milestones: milestoneFor,
};

/** Only the last one counts: while that waits, another one may be queued (GL-445). */
export function isRunning(project: Project): boolean {
  return project.tracker?.relationImports.at(-1)?.status === 'started';
}

/** Queues an import. Its file is kept once for project and user, so that the next one's takes its place (GL-445). */
export async function queueImport(
  context: Context,
  project: Project,
  { relation, file, user }: { relation: string; file: File; user: User },
): Promise<RelationImportState> {
  const path = archivePath(context, project, user);
  const bytes = Buffer.from(await file.arrayBuffer());
  mkdirSync(join(context.dir, 'imports'), { recursive: true });
  writeFileSync(path, bytes);
  const now = new Date().toISOString();
  const id = nextId(context);
  const entry: RelationImportState = {
    id,
    relation,
    status: 'created',
    userId: user.id,
    createdAt: now,
    updatedAt: now,
  };
  trackerOf(project).relationImports.push(entry);
  context.changed();
  context.after(context.settings.asyncDelayMs, () =>
    inTurn(project, () => perform(context, project, entry, user)),
  );
  return entry;
}

const turns = new WeakMap<Project, Promise<void>>();

/** One after the other for each project. */
function inTurn(project: Project, job: () => Promise<void>): Promise<void> {
  const before = turns.get(project) ?? Promise.resolve();
  const done = before.catch(() => {}).then(job);
  turns.set(project, done);
  return done;
}

async function perform(
  context: Context,
  project: Project,
  entry: RelationImportState,
  user: User,
): Promise<void> {
  if (!context.state.projects.includes(project)) return;
  setStatus(context, entry, 'started');
  const archive = await openArchive(archivePath(context, project, user));
  const members = archive.members();
  if (members === null) {
    // Each attempt breaks in the same way, and nobody may import meanwhile (GL-429).
    context.after(context.settings.importRetriesMs, () => setStatus(context, entry, 'failed'));
    return;
  }
  await importRelation(context, project, {
    relation: entry.relation,
    user,
    members,
    lines: archive.lines(entry.relation),
  });
  setStatus(context, entry, 'finished');
}

/** Reads the lines of one relation into the project. */
export async function importRelation(
  context: Context,
  project: Project,
  { relation, user, members, lines }: { relation: string; user: User; members: Line[]; lines: Line[] },
): Promise<void> {
  const pauseMs = context.settings.importMsPerItem / 2;
  const importing: Importing = {
    context,
    project,
    people: mapPeople(context, project, user, members),
    now: new Date().toISOString(),
    pause: async () => void (pauseMs > 0 && (await sleep(pauseMs))),
  };
  for (const line of lines) {
    await importing.pause();
    await READERS[relation]?.(importing, line);
    context.changed();
  }
  setCounters(project);
}

/** What is made by hand afterwards goes on after the highest number that is there (GL-446). */
function setCounters(project: Project): void {
  const { lastIid, issues, mergeRequests, milestones } = trackerOf(project);
  lastIid.issue = highestIid(issues);
  lastIid.mergeRequest = highestIid(mergeRequests);
  lastIid.milestone = highestIid(milestones);
}

function setStatus(
  context: Context,
  entry: RelationImportState,
  status: RelationImportState['status'],
): void {
  entry.status = status;
  entry.updatedAt = new Date().toISOString();
  context.changed();
}

function archivePath(context: Context, project: Project, user: User): string {
  return join(context.dir, 'imports', `${project.id}-${user.id}.tar.gz`);
}
