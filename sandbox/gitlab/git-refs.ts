import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Commit = {
  id: string;
  message: string;
  authorName: string;
  authorEmail: string;
  authoredDate: string;
  committerName: string;
  committerEmail: string;
  committedDate: string;
  parents: string[];
};

export type ListedRef = {
  /** Short name. */
  name: string;
  /** Unpeeled. */
  id: string;
  /** Message of an annotated tag, empty otherwise. */
  message: string;
  /** Null when the ref does not lead to a commit. */
  commit: Commit | null;
};

const COMMIT = ['objectname', 'authorname', 'authoremail', 'authordate:iso-strict', 'committername'];
const FIELDS = [...COMMIT, 'committeremail', 'committerdate:iso-strict', 'parent', 'contents'];
const SEPARATOR = '%1f';
const END = '%1e';

/** Refs below a prefix (or exactly one) with their commits, read by git from the repository itself. */
export async function listRefs(gitDir: string, pattern: string): Promise<ListedRef[]> {
  const own = ['refname', 'objecttype', ...FIELDS].map((field) => `%(${field})`);
  const peeled = ['*objecttype', ...FIELDS.map((field) => `*${field}`)].map((field) => `%(${field})`);
  const format = `${[...own, ...peeled].join(SEPARATOR)}${END}`;
  const args = ['--git-dir', gitDir, 'for-each-ref', `--format=${format}`, pattern];
  const { stdout } = await run('git', args, { maxBuffer: 1 << 29 });
  return stdout
    .split('\u001e')
    .map((record) => record.replace(/^\n/, ''))
    .filter((record) => record !== '')
    .map(parse);
}

function parse(record: string): ListedRef {
  const values = record.split('\u001f');
  const [refname = '', type = ''] = values;
  const own = values.slice(2, 2 + FIELDS.length);
  const target = values.slice(3 + FIELDS.length);
  const name = refname.replace(/^refs\/(?:heads|tags)\//, '');
  const peeledType = values[2 + FIELDS.length];
  const commit = commitOf(type, own) ?? commitOf(peeledType ?? '', target);
  return { name, id: own[0] ?? '', message: type === 'tag' ? (own.at(-1) ?? '').trimEnd() : '', commit };
}

function commitOf(type: string, values: string[]): Commit | null {
  if (type !== 'commit') return null;
  const [id = '', authorName = '', authorEmail = '', authoredDate = '', committerName = ''] = values;
  const [committerEmail = '', committedDate = '', parents = '', message = ''] = values.slice(COMMIT.length);
  return {
    id,
    message,
    authorName,
    authorEmail: authorEmail.replace(/^<|>$/g, ''),
    authoredDate,
    committerName,
    committerEmail: committerEmail.replace(/^<|>$/g, ''),
    committedDate,
    parents: parents.split(' ').filter(Boolean),
  };
}
