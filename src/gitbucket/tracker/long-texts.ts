import { isServerTrouble } from '../../failures/index.ts';
import type { RepositoryName } from '../../model/source.ts';
import type { TrackerItem } from '../../model/tracker.ts';
import type { GitBucketApi } from '../client.ts';
import { Comment, Issue } from '../schema.ts';
import type { Gaps } from './gaps.ts';

/** H2 2.x cuts what is cast to VARCHAR after so many characters, without a word (GB-244). */
const cutAfter = 1_048_576;

export type LongTextOptions = { api: GitBucketApi; repository: RepositoryName; gaps: Gaps };

/** The item with the texts that the database may have cut as the API has them; what cannot be read there is a gap. */
export async function withWholeTexts<T extends TrackerItem>(item: T, options: LongTextOptions): Promise<T> {
  const { number, body, comments } = item;
  if ([body, ...comments.map((comment) => comment.body)].every((text) => text.length < cutAfter)) return item;
  const { api, repository } = options;
  const whole = async (text: string, read: () => Promise<{ body: string } | null>): Promise<string> =>
    text.length < cutAfter ? text : ((await readOrNote(number, read, options)) ?? text);
  const completed: T['comments'] = [];
  for (const comment of comments) {
    const read = (): Promise<Comment | null> =>
      api.below(repository, `issues/comments/${comment.id}`, Comment);
    completed.push({ ...comment, body: await whole(comment.body, read) });
  }
  const read = (): Promise<Issue | null> => api.below(repository, `issues/${number}`, Issue);
  return { ...item, body: await whole(body, read), comments: completed };
}

async function readOrNote(
  number: number,
  read: () => Promise<{ body: string } | null>,
  { gaps }: LongTextOptions,
): Promise<string | null> {
  const found = await read().catch((error: unknown) => {
    if (isServerTrouble(error)) return null;
    throw error;
  });
  if (found === null) {
    const detail =
      'the database gives no more than the first 1,048,576 characters of a text, and the API none';
    gaps.note({ what: 'comments', count: 1, of: `#${number}`, detail });
  }
  return found?.body ?? null;
}
