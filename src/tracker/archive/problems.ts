import type { Notice } from '../../model/notice.ts';
import type { TrackerItem } from '../../model/tracker.ts';

/** What an archive changes or leaves out, with how that is said; each has a code of a notice of its own. */
const kinds = {
  'item-refused': 'GitLab would lose or damage it, so it is not sent',
  'file-refused': 'GitLab does not take the file, so its link leads to GitBucket still',
  'person-refused': 'GitLab cannot map the account, so the person counts as unknown',
  'assignee-left-out': 'assigned to somebody without an account on GitLab',
  'assignee-dropped':
    'an assignee whom GitLab did not take: it takes one without EE, and only who sees the project',
  'label-left-out': 'a label that the project does not have, or GitLab cannot',
  'milestone-left-out': 'a milestone that the project does not have',
  'event-as-note': 'what people did whom GitLab does not name is told by a note',
  'comment-refused': 'GitLab does not take all of its comments',
  'end-undated': 'when it was closed or merged is not known',
  'empty-comment': 'a comment without text',
  'no-diff': 'its commits are lost, so it has no diff',
  'branch-absent':
    'open on a branch that GitLab does not have, so it can be read there and not merged; "migrate": { "sourceBranches": true } makes such branches',
  'branch-refused': 'GitLab does not take its branch',
  'branch-shared': 'another request has its branch, so it has none',
  'branch-taken': 'GitLab has another branch of that name, which stays as it is',
  'place-lost': 'a comment on a line that GitLab cannot show is an ordinary one',
  'text-unknown-mention': 'a mention of somebody without an account on GitLab is in code marks',
  'text-unknown-reference': 'a reference to something that does not move stays as it is',
  'text-link-left': 'a link leads to GitBucket still',
  'text-attachment-left': 'a link to a file that could not be moved leads to GitBucket still',
  'text-closing-word': 'a word that would close something on GitLab has lost its force',
  'text-command': 'a line that GitLab would take for a command is none any more',
  'text-characters': 'characters that GitLab cannot store were removed or replaced',
  'text-title-cut': 'its title is too long for GitLab: the whole of it begins the text',
  'text-title-blank': 'it had no title',
  'text-title-draft': 'its title would have made it a draft on GitLab',
  'text-split': 'a text is too long for GitLab: the rest is in comments after it',
} as const;
export type ProblemKind = keyof typeof kinds;

/** What was changed or left out while an archive was made. */
export type Problems = {
  /** `of` is `#7`, `!7` or a login. */
  say(kind: ProblemKind, of: string, detail?: string): void;
  counts(): Partial<Record<ProblemKind, number>>;
  /** What is not sent, as it was said: all of it. */
  refused(): string[];
  /** One notice for each kind, and one for each item that is not sent. `object` is `owner/name`. */
  notices(object: string): Notice[];
};

/** So many are named in a notice; all are counted. */
const named = 20;

export function createProblems(): Problems {
  const found = new Map<ProblemKind, { count: number; of: Set<string>; details: string[] }>();
  const refused = new Map<string, string>();
  return {
    say(kind, of, detail = '') {
      const seen = found.get(kind) ?? { count: 0, of: new Set(), details: [] };
      found.set(kind, seen);
      seen.count += 1;
      if (kind === 'item-refused') refused.set(of, detail);
      else if (seen.of.size < named) seen.of.add(detail === '' ? of : `${of} (${detail})`);
    },
    counts: () => Object.fromEntries([...found].map(([kind, { count }]) => [kind, count])),
    refused: () => [...refused.keys()],
    notices: (object) => [
      ...[...refused].map(([of, detail]) => ({
        code: 'tracker-item-refused',
        object,
        message: `${of}: ${kinds['item-refused']}: ${detail}`,
        fix: 'Change it on GitBucket, then run again.',
      })),
      ...[...found].flatMap(([kind, { count, of }]) =>
        kind === 'item-refused'
          ? []
          : [{ code: `tracker-${kind}`, object, message: told(kind, count, of), fix: '' }],
      ),
    ],
  };
}

function told(kind: ProblemKind, count: number, of: ReadonlySet<string>): string {
  const more = count > of.size ? ` and more, ${count} in all` : '';
  return `${kinds[kind]}: ${[...of].join(', ')}${more}`;
}

/** `#7`, `!7`: as GitLab names the item. */
export function nameOf({ kind, number }: Pick<TrackerItem, 'kind' | 'number'>): string {
  return `${kind === 'pull' ? '!' : '#'}${number}`;
}
