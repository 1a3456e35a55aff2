import { lockedByOthers } from './lfs-locks.ts';
import type { PushSubject } from './push-checks.ts';
import { changes } from './push-request.ts';
import { commitRuleRefusal, looksAtCommits } from './push-rules.ts';
import type { NewObject } from './quarantine.ts';

const LFS_MISSING =
  'LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".';
/** Gitaly takes no greater blob for a pointer; shorter than the least one there is none. */
const POINTER_SIZE = { least: 120, most: 200 };
const POINTER_BEGIN = 'version https://git-lfs.github.com/spec';
const POINTER_OID = /^oid sha256:([0-9a-f]{64})\n/m;
const POINTER_SIZE_LINE = /^size \d+\n/m;
/** No more of them are looked at in one push (GL-255). */
const MOST_POINTERS = 2000;

/** What Rails objects to in the objects of a push: missing LFS objects, then sizes, then commits. */
export async function objectRefusal(subject: PushSubject): Promise<string | null> {
  const { context, project, push } = subject;
  const { maxBlobSize } = context.settings.git;
  const lfs = context.settings.lfsEnabled && project.lfsEnabled;
  const commits = looksAtCommits(subject);
  const relevant = push.objects > 0 && push.commands.some(changes);
  if (!relevant || !(lfs || commits || maxBlobSize !== null)) return null;
  const objects = await subject.quarantine.objects();
  const locked = lfs ? await lockRefusal(subject, objects) : null;
  if (locked !== null) return locked;
  if (lfs && (await lacksLfsObject(subject, objects))) return LFS_MISSING;
  if (maxBlobSize !== null) {
    const refusal = oversized(objects, maxBlobSize);
    if (refusal !== null) return refusal;
  }
  return commits ? firstCommitRefusal(subject, objects) : null;
}

/** Files that somebody else has locked (GL-259). */
async function lockRefusal(
  { context, project, actor, quarantine }: PushSubject,
  objects: NewObject[],
): Promise<string | null> {
  const locks = lockedByOthers(context, project, actor);
  if (locks.size === 0) return null;
  const commits = objects.filter(({ type }) => type === 'commit').map(({ id }) => id);
  const changed = await quarantine.changedPaths(commits);
  const locked = [...locks].find(([path]) => changed.has(path));
  return locked === undefined ? null : `'${locked[0]}' is locked in Git LFS by @${locked[1]}`;
}

async function lacksLfsObject(subject: PushSubject, objects: NewObject[]): Promise<boolean> {
  const candidates = objects.filter(
    ({ type, size }) => type === 'blob' && size >= POINTER_SIZE.least && size <= POINTER_SIZE.most,
  );
  const contents = await subject.quarantine.read(candidates.map(({ id }) => id));
  const pointers = [...contents.values()]
    .flatMap((content) => pointedTo(content.toString('latin1')) ?? [])
    .slice(0, MOST_POINTERS);
  // Objects are counted, not compared: two pointers to one of them are one too many (GL-256).
  const present = new Set(pointers.filter((oid) => oid in subject.project.lfsObjects));
  return present.size !== pointers.length;
}

/** The object that Gitaly takes the text for a pointer to (internal/git/lfs.go); null when it is none to it. */
function pointedTo(text: string): string | null {
  if (!text.startsWith(POINTER_BEGIN) || !POINTER_SIZE_LINE.test(text)) return null;
  return POINTER_OID.exec(text)?.[1] ?? null;
}

function oversized(objects: NewObject[], limit: number): string | null {
  const found = objects.filter(({ type, size }) => type === 'blob' && size > limit);
  if (found.length === 0) return null;
  const list = found.map(({ id, size }) => `- ${id} (${mebibytes(size)} MiB)`).join('\n');
  return `You are attempting to check in one or more blobs which exceed the ${mebibytes(limit)}MiB limit:

${list}
To resolve this error, you must either reduce the size of the above blobs, or utilize LFS.
You may use "git ls-tree -r HEAD | grep $BLOB_ID" to see the file path.
Please refer to https://docs.gitlab.com/user/free_push_limit/ for further information.
`;
}

async function firstCommitRefusal(subject: PushSubject, objects: NewObject[]): Promise<string | null> {
  const ids = objects.filter(({ type }) => type === 'commit').map(({ id }) => id);
  for (const commit of (await subject.quarantine.read(ids)).values()) {
    const refusal = commitRuleRefusal(subject, commit);
    if (refusal !== null) return refusal;
  }
  return null;
}

function mebibytes(bytes: number): string {
  return String(Number((bytes / 1024 / 1024).toFixed(2)));
}
