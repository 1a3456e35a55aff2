import type { TrackerPull, TrackerReader } from '../model/tracker.ts';
import { Failure } from '../failures/failure.ts';
import type { Upload } from '../model/target-tracker.ts';
import type { PullDiff } from '../tracker/archive/making.ts';
import type { Problems } from '../tracker/archive/problems.ts';
import type { Place, RunContext } from './step.ts';
import type { TrackerWork } from './tracker-part.ts';

/**
 * Uploads what texts embed, each once: a second upload would be another file. Of what the source does not give the link
 * stays, which the reader of the source tells.
 */
export async function uploadFiles(
  files: ReadonlyMap<string, string>,
  reader: TrackerReader,
  place: Place,
  { work, problems }: { work: TrackerWork; problems: Problems },
): Promise<[id: string, url: string][]> {
  for (const [id, name] of files) {
    if (work.known()?.files?.[id] !== undefined) continue;
    const file = await reader.attachment(id);
    if (file === null || file.size === null) continue;
    const url = await unlessRefused(
      work.context.target.upload(place, { name, size: file.size, open: () => file.open() }),
      (why) => problems.say('file-refused', name, why),
    );
    if (url !== null) await work.record('started', { data: { files: { [id]: url } } });
  }
  return Object.entries(work.known()?.files ?? {});
}

/** A file that GitLab does not take, for its size or its kind, keeps nothing else from moving. */
async function unlessRefused(
  upload: Promise<Upload>,
  refused: (why: string) => void,
): Promise<string | null> {
  try {
    return (await upload).url;
  } catch (error) {
    const text =
      error instanceof Failure && error.code === 'target-refused' ? error.refusal?.text : undefined;
    if (text === undefined) throw error;
    refused(text);
    return null;
  }
}

/** The diffs that line comments were written on, by the commit that was shown. */
export async function diffsOf(
  { base, lineComments }: TrackerPull,
  place: Place,
  { target }: RunContext,
): Promise<Map<string, PullDiff>> {
  const diffs = new Map<string, PullDiff>();
  if (base.commit === null) return diffs;
  for (const head of new Set((lineComments ?? []).map(({ commit }) => commit))) {
    const files = await target.diff(place, base.commit, head);
    if (files === null) continue;
    const shown = files.map(({ oldPath, newPath, text }) => ({ oldPath, newPath, diff: text }));
    diffs.set(head, { base: base.commit, start: base.commit, head, files: shown });
  }
  return diffs;
}
