import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gitFailure } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import type { RefChange } from '../model/plan.ts';
import { updateMirror, type MirrorOptions } from './mirror.ts';
import { pushChanges, type PushChangesOptions } from './split-push.ts';
import type { CommitJob, CommitResult, RefResult } from './transport.ts';

/**
 * Makes the commit in the repository's mirror and pushes it. The same job gives the same commit: its date is that of the
 * commit on which it is made.
 * @throws those of the mirror and of a push
 */
export async function pushCommit(
  job: CommitJob,
  options: MirrorOptions,
  pushing: PushChangesOptions,
): Promise<CommitResult> {
  const { base, source, target, ref, old } = job;
  // A bundle is no server that gives single commits.
  const only = source.onDisk ? undefined : [{ ref: base.ref, new: base.id }];
  const patterns = ['refs/heads/*'];
  const { git, directory, bytes } = await updateMirror(
    { ...job, others: [target], patterns, ...(only && { only }) },
    options,
  );
  const commit = await commitIn(git, directory, job).catch((error: unknown) => {
    throw gitFailure(error, 'source', job.id, job.signal);
  });
  if (commit === null) {
    const reason = `${job.file.path} is no longer as it was when the plan was made`;
    return { commit, result: { ref, outcome: 'moved', reason }, bytes };
  }
  // An earlier push whose answer was lost has brought it there.
  if (commit === old) return { commit, result: { ref, outcome: 'written' }, bytes };
  await job.beforeWrite(commit);
  const outcome = old === null ? 'create' : 'update';
  const change: RefChange = { ref, outcome, old, new: commit, force: true, afterOthers: false };
  const nothing = { patterns, changes: [change], unverifiedIds: [], beforeWrite: () => Promise.resolve() };
  const [result] = await pushChanges(git, { ...job, ...nothing }, pushing);
  return { commit, result: result ?? noAnswer(ref), bytes };
}

function noAnswer(ref: string): RefResult {
  return { ref, outcome: 'refused', reason: 'GitLab reported no result for it' };
}

/** Nobody's address: a mail to it goes nowhere. */
const author = 'gb2gl <gb2gl@noreply.invalid>';

/** Null when the file is not as expected. */
async function commitIn(
  git: Git,
  directory: string,
  { base, file, values, message }: CommitJob,
): Promise<string | null> {
  // Byte by byte: nobody knows the encoding of names.
  const listing = await answer(git, '', 'ls-tree', '-z', '--full-tree', base.id);
  const rows = listing
    .toString('latin1')
    .split('\0')
    .filter((row) => row !== '');
  const at = rows.findIndex((row) => row.endsWith(`\t${file.path}`));
  const [, mode, id] = /^(\d+) blob ([0-9a-f]{40})\t/.exec(rows[at] ?? '') ?? [];
  if (mode === undefined || id !== file.id) return null;
  const blob = await edited(git, directory, id, values);
  rows[at] = `${mode} blob ${blob}\t${file.path}`;
  const listed = Buffer.from(rows.map((row) => `${row}\0`).join(''), 'latin1');
  const tree = idIn(await answer(git, listed, 'mktree', '-z', '--missing'));
  const date = /^\d{1,15}$/.exec((await git.run('show', '-s', '--format=%ct', base.id)).trim())?.[0] ?? '0';
  const who = `${author} ${date} +0000`;
  const text = `tree ${tree}\nparent ${base.id}\nauthor ${who}\ncommitter ${who}\n\n${message}`;
  return idIn(await answer(git, text, 'hash-object', '-t', 'commit', '-w', '--stdin'));
}

/** The file with the new values; git itself changes them, so that all else stays as it is. */
async function edited(
  git: Git,
  directory: string,
  id: string,
  values: ReadonlyMap<string, string>,
): Promise<string> {
  const folder = await mkdtemp(join(directory, 'edit-'));
  try {
    const copy = join(folder, 'file');
    const content = git.start('cat-file', 'blob', id);
    content.stdin.end();
    await Promise.all([pipeline(content.stdout, createWriteStream(copy)), content.ended]);
    for (const [key, value] of values) await git.run('config', '--file', copy, '--replace-all', key, value);
    return (await git.run('hash-object', '-w', '--no-filters', '--', copy)).trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What git says when it is given this. */
async function answer(git: Git, input: string | Buffer, ...args: string[]): Promise<Buffer> {
  const run = git.start(...args);
  const chunks: Buffer[] = [];
  run.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  run.stdin.end(input);
  await run.ended;
  return Buffer.concat(chunks);
}

function idIn(said: Buffer): string {
  return said.toString('latin1').trim();
}
