import { readCommits } from '../../git-objects.ts';
import { trackerOf } from '../../state.ts';
import { NOTHING } from '../../tracker/file-diffs.ts';
import type { NoteState } from '../../tracker/state.ts';
import { created, type Call, type Endpoint, type Reply } from '../endpoint.ts';
import { byTime } from '../entities/notes.ts';
import { userById } from '../entities/tracker.ts';
import { notFound } from '../errors.ts';
import { findRepository } from '../lookup.ts';
import { createNote, type NoteHolder } from '../note-writing.ts';
import { page, PAGING } from '../pagination.ts';
import type { Param } from '../params.ts';
import { discussionsBelow } from './discussions.ts';

const ONE = '/projects/:id/repository/commits/:sha';
const FIELDS: Record<string, Param> = {
  body: { type: 'string', required: true },
  created_at: { type: 'string' },
  position: { type: 'hash' },
};

/** Comments on commits: only as threads they keep a date (GL-453). */
export const commitCommentEndpoints: Endpoint[] = [
  ...discussionsBelow(ONE, find, FIELDS),
  { method: 'GET', path: `${ONE}/comments`, access: 'anonymous', declares: { fields: PAGING }, run: list },
  {
    method: 'POST',
    path: `${ONE}/comments`,
    access: 'user',
    declares: {
      fields: {
        note: { type: 'string', required: true },
        path: { type: 'string' },
        line: { type: 'integer' },
        line_type: { type: 'string', values: ['new', 'old'] },
      },
    },
    async run(call) {
      const of = await find(call);
      const made = await createNote({ ...call, params: { body: call.params['note'] } }, of, {});
      return 'reply' in made ? made.reply : created(entity(call, made.note));
    },
  },
];

async function find(call: Call): Promise<NoteHolder> {
  const { project, gitDir } = findRepository(call);
  const [commit] = await readCommits(gitDir, [call.route['sha'] ?? '', '-1']);
  if (!commit) throw notFound('Commit');
  const notes = trackerOf(project).commitNotes.filter(({ commitId }) => commitId === commit.id);
  return { project, commitId: commit.id, parent: commit.parents[0] ?? NOTHING, notes };
}

async function list(call: Call): Promise<Reply> {
  const { notes } = await find(call);
  return page(call, notes.toSorted(byTime), (note) => entity(call, note));
}

function entity(
  { context }: Call,
  { body, position, authorId, createdAt }: NoteState,
): Record<string, unknown> {
  const newLine = position?.['new_line'] ?? null;
  const line = newLine ?? position?.['old_line'] ?? null;
  const side = newLine === null ? 'old' : 'new';
  return {
    note: body,
    path: position?.['new_path'] ?? null,
    line,
    line_type: line === null ? null : side,
    author: userById(context, authorId),
    created_at: createdAt,
  };
}
