import * as z from 'zod';
import type { CommitLine, TargetCommitNote, TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { toFailure, unlessAbsent } from '../errors.ts';
import { parse } from '../schema.ts';
import { ChangedFile, fileOf } from './items.ts';

const Note = z.object({
  id: z.int(),
  type: z.string().nullish(),
  body: z.string(),
  author: z.object({ id: z.int() }).nullish(),
  created_at: z.string(),
  system: z.boolean().default(false),
});

const Thread = z.object({ id: z.string(), notes: z.array(Note) });

const Commit = z.object({ id: z.string(), parent_ids: z.array(z.string()), message: z.string() });

/** What GitLab takes for the parent of a commit that has none (GL-457). */
const nothing = '0'.repeat(40);

type ProjectAt = Parameters<TargetTracker['commitNotes']>[0];

function at({ id }: ProjectAt, commit: string): string {
  return `/projects/${id}/repository/commits/${commit}`;
}

function named({ fullPath }: ProjectAt, commit: string): string {
  return `commit ${commit} of ${fullPath}`;
}

/** Comments on commits, as threads: nowhere else they keep a date (GL-453, GL-457). */
export function createCommitNoteVerbs(
  gitlab: GitLabClient,
): Pick<
  TargetTracker,
  'commitNotes' | 'commitDiff' | 'commitsBetween' | 'addCommitNote' | 'changeCommitNote'
> {
  async function write<T>(
    [method, path]: readonly ['POST' | 'PUT', string],
    body: Record<string, unknown>,
    { type, object }: { type: z.ZodType<T>; object: string },
  ): Promise<T> {
    const answer = await gitlab.http.send({ method, path: `/api/v4${path}`, body });
    // 202: nothing but commands was in it, so there is no comment (GL-385).
    if (answer.status !== (method === 'POST' ? 201 : 200)) throw toFailure(gitlab.http, object, answer);
    return parse(type, answer.body, object);
  }

  return {
    async commitNotes(project, commit) {
      const path = `${at(project, commit)}/discussions`;
      const threads = await unlessAbsent(gitlab.list({ path, type: Thread, object: named(project, commit) }));
      return threads?.flatMap(({ id, notes }) => notesOf(id, notes)) ?? null;
    },
    async commitDiff(project, commit) {
      const object = named(project, commit);
      const found = await unlessAbsent(
        gitlab.request(object, Commit, (api) => api.Commits.show(project.id, commit)),
      );
      if (found === null) return null;
      const files = await gitlab.list({ path: `${at(project, commit)}/diff`, type: ChangedFile, object });
      return { parent: found.parent_ids[0] ?? null, files: files.map((file) => fileOf(file)) };
    },
    async commitsBetween({ id, fullPath }, branch, from, to) {
      const query = new URLSearchParams({
        ref_name: branch,
        since: from.toISOString(),
        until: to.toISOString(),
      });
      const path = `/projects/${id}/repository/commits?${query.toString()}`;
      const object = `${branch} of ${fullPath}`;
      const commits = await unlessAbsent(gitlab.list({ path, type: Commit, object }));
      return (
        commits?.map(({ id: commit, parent_ids: parents, message }) => ({ id: commit, parents, message })) ??
        null
      );
    },
    async addCommitNote(project, commit, { text, createdAt, thread, line }) {
      const object = named(project, commit);
      const path = `${at(project, commit)}/discussions`;
      const body = { body: text, created_at: createdAt };
      if (thread !== null) {
        const note = await write(['POST', `${path}/${thread}/notes`], body, { type: Note, object });
        return noteOf(thread, note);
      }
      const position = line === null ? {} : { position: positionOf(line, commit) };
      const made = await write(['POST', path], { ...body, ...position }, { type: Thread, object });
      const [first] = notesOf(made.id, made.notes);
      return first ?? parse(z.never(), made, object);
    },
    async changeCommitNote(project, commit, { id, thread, text }) {
      const path = `${at(project, commit)}/discussions/${thread}/notes/${id}`;
      const object = named(project, commit);
      return noteOf(thread, await write(['PUT', path], { body: text }, { type: Note, object }));
    },
  };
}

function notesOf(thread: string, notes: readonly z.infer<typeof Note>[]): TargetCommitNote[] {
  return notes.filter(({ system }) => !system).map((note) => noteOf(thread, note));
}

function noteOf(thread: string, note: z.infer<typeof Note>): TargetCommitNote {
  return {
    id: note.id,
    thread,
    text: note.body,
    authorId: note.author?.id ?? null,
    createdAt: note.created_at,
    onLine: note.type === 'DiffNote',
  };
}

/** A line as GitLab wants it (GL-439, GL-457). */
function positionOf({ parent, oldPath, newPath, oldLine, newLine }: CommitLine, commit: string): object {
  return {
    position_type: 'text',
    base_sha: parent ?? nothing,
    start_sha: parent ?? nothing,
    head_sha: commit,
    old_path: oldPath,
    new_path: newPath,
    ...(oldLine === null ? {} : { old_line: oldLine }),
    ...(newLine === null ? {} : { new_line: newLine }),
  };
}
