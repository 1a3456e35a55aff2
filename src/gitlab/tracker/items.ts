import * as z from 'zod';
import type { FileDiff, TargetItem, TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { unlessAbsent, unlessHidden } from '../errors.ts';

const time = z.string().nullish();
export const Item = z.object({
  id: z.int(),
  iid: z.int(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.enum(['opened', 'closed', 'merged', 'locked']),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: time,
  merged_at: time,
  labels: z.array(z.string()).default([]),
  milestone: z.object({ title: z.string() }).nullish(),
  user_notes_count: z.int().default(0),
  imported: z.boolean().optional(),
  sha: z.string().nullish(),
  author: z.object({ id: z.int() }).nullish(),
  source_branch: z.string().nullish(),
  source_project_id: z.int().nullish(),
  target_project_id: z.int().nullish(),
  target_branch: z.string().nullish(),
  merge_user: z.object({ id: z.int() }).nullish(),
  assignees: z.array(z.object({ id: z.int() })).default([]),
});

const Note = z.object({
  id: z.int(),
  body: z.string(),
  created_at: z.string(),
  system: z.boolean().default(false),
  author: z.object({ id: z.int() }).nullish(),
});

const Version = z.object({ state: z.string() });

export const ChangedFile = z.object({
  old_path: z.string(),
  new_path: z.string(),
  diff: z.string().default(''),
  new_file: z.boolean().default(false),
  deleted_file: z.boolean().default(false),
});

const Comparison = z.object({ diffs: z.array(ChangedFile) });

/** Issues and merge requests as they are, and what they are about (GL-398, GL-423, GL-426, GL-436). */
export function createItemVerbs(
  gitlab: GitLabClient,
): Pick<
  TargetTracker,
  'issues' | 'mergeRequests' | 'itemsOf' | 'comments' | 'diff' | 'removeItem' | 'hasDiff'
> {
  async function items(path: string, object: string): Promise<TargetItem[] | null> {
    const found = await unlessHidden(gitlab.list({ path, type: Item, object }));
    return found?.map((item) => itemOf(item)).sort((a, b) => a.number - b.number) ?? null;
  }

  return {
    issues: ({ id, fullPath }) => items(listPath(id, 'issue'), fullPath),
    mergeRequests: ({ id, fullPath }) => items(listPath(id, 'pull'), fullPath),
    async itemsOf({ id, fullPath }, kind, numbers) {
      const found: TargetItem[] = [];
      for (let at = 0; at < numbers.length; at += portion) {
        const wanted = numbers.slice(at, at + portion).map((number) => `&iids[]=${number}`);
        found.push(...((await items(`${listPath(id, kind)}${wanted.join('')}`, fullPath)) ?? []));
      }
      return found;
    },
    async comments({ id, fullPath }, kind, number) {
      const items = kind === 'issue' ? 'issues' : 'merge_requests';
      const path = `/projects/${id}/${items}/${number}/notes?order_by=created_at&sort=asc`;
      const notes = await gitlab.list({ path, type: Note, object: `${fullPath} ${number}` });
      return notes
        .map(({ id: noteId, body, created_at: createdAt, system, author }) => ({
          id: noteId,
          text: body,
          createdAt,
          system,
          authorId: author?.id ?? null,
        }))
        .sort((a, b) => a.id - b.id);
    },
    async removeItem({ id, fullPath }, kind, number) {
      const what = `${fullPath}${kind === 'issue' ? '#' : '!'}${number}`;
      await unlessAbsent(
        gitlab.request(what, z.unknown(), (api) =>
          kind === 'issue' ? api.Issues.remove(id, number) : api.MergeRequests.remove(id, number),
        ),
      );
    },
    async hasDiff({ id, fullPath }, number) {
      const path = `/projects/${id}/merge_requests/${number}/versions`;
      const [newest] = await gitlab.firstPage({ path, type: Version, object: `${fullPath}!${number}` });
      return newest === undefined ? null : newest.state !== 'empty';
    },
    async diff({ id, fullPath }, from, to) {
      const found = await unlessAbsent(
        gitlab.request(`${from}...${to} of ${fullPath}`, Comparison, (api) =>
          api.Repositories.compare(id, from, to),
        ),
      );
      return found === null ? null : found.diffs.map((file) => fileOf(file));
    },
  };
}

/** Numbers that are asked for at once (GL-345): one page has so many, and its address some 1,500 characters. */
const portion = 100;

/** What is made meanwhile comes last. */
function listPath(id: number, kind: 'issue' | 'pull'): string {
  const items = kind === 'issue' ? 'issues' : 'merge_requests';
  return `/projects/${id}/${items}?scope=all&state=all&order_by=created_at&sort=asc`;
}

export function itemOf(item: z.infer<typeof Item>): TargetItem {
  return {
    id: item.id,
    number: item.iid,
    title: item.title,
    text: item.description ?? '',
    state: item.state,
    createdAt: item.created_at,
    updatedAt: item.updated_at,
    closedAt: item.closed_at ?? null,
    mergedAt: item.merged_at ?? null,
    labels: item.labels,
    milestone: item.milestone?.title ?? null,
    comments: item.user_notes_count,
    imported: item.imported ?? null,
    head: item.sha ?? null,
    authorId: item.author?.id ?? null,
    branch: item.source_project_id === item.target_project_id ? (item.source_branch ?? null) : null,
    base: item.target_branch ?? null,
    mergedById: item.merge_user?.id ?? null,
    assigneeIds: item.assignees.map(({ id }) => id),
  };
}

export function fileOf(file: z.infer<typeof ChangedFile>): FileDiff {
  return {
    oldPath: file.old_path,
    newPath: file.new_path,
    text: file.diff,
    added: file.new_file,
    removed: file.deleted_file,
  };
}
