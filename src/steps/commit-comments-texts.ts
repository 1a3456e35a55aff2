import type { LineComment, TrackerItem, TrackerReader } from '../model/tracker.ts';
import { createProblems, type Problems } from '../tracker/archive/problems.ts';
import { spare } from '../tracker/archive/making.ts';
import { hashed, withoutSecrets } from '../tracker/proof.ts';
import { attachmentsIn } from '../tracker/texts/attachments.ts';
import { attributed, attributionLine, placeLine } from '../tracker/texts/attribution.ts';
import { rewriteText } from '../tracker/texts/rewrite.ts';
import { noteLimit, splitText } from '../tracker/texts/split.ts';
import type { CommentsChecking } from './commit-comments-part.ts';
import { worldOf } from './tracker-making.ts';

/** A comment as it is to stand on GitLab, or a piece of one that is too long for it. */
export type WantedNote = {
  key: string;
  /** How people are told of it. */
  name: string;
  commit: string;
  /** Key of the one that begins its thread; null for that itself. */
  root: string | null;
  /** Null where it belongs to the commit as a whole. */
  line: Pick<LineComment, 'path' | 'oldLine' | 'newLine'> | null;
  /** On its line or in its thread, and where it stands alone. */
  text: string;
  apart: string;
  createdAt: string;
  /** Digest of what the source has. */
  source: string;
};

/** How comments on the commits of one repository are written on GitLab. */
export type CommentWriter = {
  notes(comments: readonly LineComment[], files: ReadonlyMap<string, string>): WantedNote[];
  problems: Problems;
};

/**
 * Opens the writer for a repository. By REST everything is written by the token's user, so each text begins with who wrote
 * it, and when. Mentions stand in code marks: GitLab would make a todo of each.
 */
export async function openCommentWriter(
  reader: TrackerReader,
  work: CommentsChecking,
): Promise<CommentWriter> {
  const { config, plan, source } = work.context;
  const problems = createProblems();
  const kinds = new Map<number, TrackerItem['kind']>();
  for (const { number, kind } of await reader.numbers()) kinds.set(number, kind);
  const names = new Map(plan.people.map(({ person }) => [person.login, person.fullName]));
  const { attribution } = config.migrate;
  // Not every token may keep the date of a comment.
  const template = attribution.includes('{date}') ? attribution : `${attribution} ({date})`;

  function pieces(
    { author, body, createdAt, commit }: LineComment,
    files: ReadonlyMap<string, string>,
  ): string[] {
    const world = { ...worldOf(work, kinds, files), account: () => null };
    const { text, notices } = rewriteText(body, world, { commands: true });
    for (const { what, of } of notices)
      if (what !== 'unknown-mention') problems.say(`text-${what}`, `a comment on ${commit}`, of);
    const [first = '', ...rest] = splitText(text, { ...noteLimit, most: noteLimit.most - spare });
    const url = `${source.url}/${encodeURIComponent(author)}`;
    const name = names.get(author) ?? null;
    const line = attributionLine(template, { action: 'commented', login: author, name, url, at: createdAt });
    return [attributed(line, first), ...rest].map((piece) => piece.trimEnd());
  }

  return {
    problems,
    notes: (comments, files) =>
      comments.flatMap((comment) => {
        const { id, author, commit, path, oldLine, newLine, createdAt, replyTo } = comment;
        const line = path === null ? null : { path, oldLine, newLine };
        const place = line === null ? '' : `${placeLine({ ...line, commit, quote: null })}\n\n`;
        const source = digestOfComment(comment);
        const name = `the comment of ${author} on ${commit.slice(0, 10)} of ${createdAt.slice(0, 10)}`;
        const all = { name, commit, createdAt, source };
        const [first = '', ...rest] = pieces(comment, files);
        const root = replyTo === null ? null : String(replyTo);
        return [
          { ...all, key: String(id), root, line, text: first, apart: `${place}${first}` },
          ...rest.map((text, index) => ({
            ...all,
            key: `${id}.${index + 1}`,
            root: root ?? String(id),
            line: null,
            text,
            apart: text,
          })),
        ];
      }),
  };
}

/** Ids and names of what a comment embeds. */
export function filesIn(comments: readonly LineComment[]): Map<string, string> {
  const found = comments.flatMap(({ body }) => attachmentsIn(body));
  return new Map(found.map(({ id, name }) => [id, name === '' ? id : name]));
}

/** One word for a text on GitLab, which drops what is blank at its end (GL-385). */
export function digestOfText(text: string): string {
  return hashed([withoutSecrets(text.trimEnd())]);
}

/** The same of what the source has. */
export function digestOfComment({ body, author, createdAt }: LineComment): string {
  return hashed([body, author, createdAt]);
}
