import { breakClosing } from './closing.ts';
import type { Edit } from './edits.ts';
import type { RewriteOptions, TextNotice, TextWorld } from './world.ts';

/** `plain` texts are no Markdown. */
type ReferenceOptions = Pick<RewriteOptions, 'closing'> & { plain?: boolean };
type Answer = { edits: Edit[]; notices: TextNotice[] };

// What GitBucket takes for a reference (view/LinkConverter.scala): the characters of owners and names, and nothing of a word
// before and behind. Deeper paths are GitLab's own.
const issue =
  /(?<![\w/.-])(?<owner>[\w-]+)(?:\/(?<name>[\w.-]+))?#(?<number>\d{1,9})(?!\w)|(?<!\w)(?<sign>GH-|(?<!&)#)(?<bare>\d{1,9})(?!\w)/g;
const commit = /(?<![\w/.-])(?<owner>[\w-]+)(?:\/(?<name>[\w.-]+))?@(?<sha>[a-f0-9]{40})(?!\w)/g;

/**
 * References to issues, pull requests and commits in GitLab's words: `#7`, `GH-7`, `user#7`, `owner/name#7`,
 * `owner/name@<sha>`. `visible` is the text in which everything else is blanked, `text` the whole.
 */
export function referenceEdits(
  text: string,
  visible: string,
  world: TextWorld,
  options: ReferenceOptions,
): Answer {
  const answer: Answer = { edits: [], notices: [] };
  for (const { 0: whole, index, groups = {} } of visible.matchAll(issue)) {
    const { owner, name, number = groups['bare'] ?? '' } = groups;
    const foreign = owner === undefined ? null : foreignIssue(owner, name, Number(number), world);
    if (foreign !== null) put(answer, text, options, { start: index, whole, ...foreign });
    else if (owner === undefined || /[.-]#/.test(whole)) own(answer, text, options, world, index, whole);
    else if (name !== undefined) answer.notices.push({ what: 'unknown-reference', of: whole });
  }
  for (const { 0: whole, index, groups = {} } of visible.matchAll(commit)) {
    const { owner = '', name, sha = '' } = groups;
    const project = world.projectPath(repositoryOf(owner, name, world));
    const edit = { start: index, end: index + whole.length, text: `${project}@${sha}` };
    if (project !== null) answer.edits.push(edit);
    else answer.notices.push({ what: 'unknown-reference', of: whole });
  }
  return answer;
}

/** `user#7` is a number of the repository of the same name that belongs to that user. */
function repositoryOf(owner: string, name: string | undefined, { repository }: TextWorld): string {
  return `${owner}/${name ?? repository.slice(repository.indexOf('/') + 1)}`;
}

type Found = { kind: 'issue' | 'pull'; written: string; own: boolean };

function foreignIssue(
  owner: string,
  name: string | undefined,
  number: number,
  world: TextWorld,
): Found | null {
  const repository = repositoryOf(owner, name, world);
  const own = repository === world.repository;
  const project = world.projectPath(repository);
  const kind = project === null ? null : world.kindOf(own ? null : repository, number);
  if (kind === null) return null;
  return { kind, written: `${project}${kind === 'pull' ? '!' : '#'}${number}`, own };
}

function own(
  answer: Answer,
  text: string,
  options: ReferenceOptions,
  world: TextWorld,
  index: number,
  whole: string,
): void {
  const start = index + Math.max(0, whole.indexOf('#'));
  const [digits = ''] = /\d+$/.exec(whole) ?? [];
  const kind = world.kindOf(null, Number(digits));
  if (kind === null) return;
  const written = `${kind === 'pull' ? '!' : '#'}${digits}`;
  put(answer, text, options, { start, whole: whole.slice(start - index), kind, written, own: true });
}

function put(
  { edits, notices }: Answer,
  text: string,
  { closing = 'all', plain = false }: ReferenceOptions,
  { start, whole, kind, written, own }: Found & { start: number; whole: string },
): void {
  if (written !== whole) edits.push({ start, end: start + whole.length, text: written });
  if (kind === 'pull' || closing === 'all' || (closing === 'own' && own)) return;
  const broken = breakClosing(text, start, plain);
  if (broken === null) return;
  notices.push({ what: 'closing-word', of: text.slice(broken.from, start + whole.length) });
  edits.push(broken.edit);
}
