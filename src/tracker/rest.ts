import { IssueLine, type NoteLine } from './archive/schema.ts';
import type { LabelLine, MilestoneLine } from './archive/words.ts';
import { expectedOf } from './expected.ts';
import type { ItemFacts } from './proof.ts';

/** An issue as REST takes it, request by request. */
export type RestIssue = {
  /** What GitLab has to show of it in the end. */
  facts: ItemFacts;
  labels: LabelLine[];
  milestone: MilestoneLine | null;
  /** Ids of accounts. */
  assignees: number[];
  comments: { text: string; createdAt: string }[];
};

/**
 * The line of an issue, as it would stand in an archive, in requests. All comments are the token's user's, so each gets the
 * line that GitLab adds to those of an archive (GL-434), and the history is told in comments: REST makes no other notes. An
 * issue that was closed at a time that nobody knows was so when it changed last, since a request has to name one (GL-384).
 */
export function restIssueOf(text: string): RestIssue {
  const line = IssueLine.parse(JSON.parse(text));
  const facts = expectedOf(text);
  return {
    facts: {
      ...facts,
      text: withoutEnd(line.description),
      closedAt: line.state === 'closed' ? (line.closed_at ?? line.updated_at) : null,
      comments: line.notes.length,
    },
    labels: line.label_links.map(({ label }) => label),
    milestone: line.milestone ?? null,
    assignees: line.issue_assignees.map(({ user_id: id }) => id),
    comments: line.notes.map((note) => ({ text: signed(note), createdAt: note.created_at })),
  };
}

function signed({ note, author, updated_at: at }: NoteLine): string {
  return `${note}\n\n *By ${author.name} on ${at.replace(/\..*$/, '')}*`;
}

/** Looking for commands, GitLab drops what Ruby calls blank at the end (GL-385). */
function withoutEnd(text: string): string {
  return text.replace(/[\0\t-\r ]+$/, '');
}
