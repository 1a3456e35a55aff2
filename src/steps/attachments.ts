import { Failure, type Refusal } from '../failures/failure.ts';
import type { TargetTracker, Upload } from '../model/target-tracker.ts';
import type { TrackerFile, TrackerReader } from '../model/tracker.ts';
import type { Place, RunContext } from './step.ts';

/** What a step remembers of what its texts embed: where each file lies on the target, by its id on the source. */
type Remembering = {
  context: RunContext;
  known(): { files?: Record<string, string> | undefined } | null;
  record(status: 'started', change: { data: { files: Record<string, string> } }): Promise<void>;
};

/**
 * Uploads what texts embed, each once: a second upload would be another file. Of what the source does not give the link
 * stays, which the reader of the source tells; what GitLab refuses, for its size or its kind, keeps nothing else from
 * moving. Gives where those lie that are there.
 */
export async function uploadFiles(
  files: ReadonlyMap<string, string>,
  reader: TrackerReader,
  place: Place,
  { work, refused }: { work: Remembering; refused: (name: string, why: string) => void },
): Promise<[id: string, url: string][]> {
  const { target } = work.context;
  for (const [id, name] of files) {
    if (work.known()?.files?.[id] !== undefined) continue;
    const file = await reader.attachment(id);
    if (file === null) continue;
    const size = await sizeOf(file);
    const wanted = { name: withEnding(name, file.type), size, open: () => file.open() };
    const upload = await uploadTaken(target, place, wanted, (why) => refused(name, why));
    if (upload !== null) await work.record('started', { data: { files: { [id]: upload.url } } });
  }
  return Object.entries(work.known()?.files ?? {});
}

/** Uploads a file under a name that GitLab takes; null, and a word of why, when it refuses the file. */
export function uploadTaken(
  target: Pick<TargetTracker, 'upload'>,
  place: Place,
  file: Parameters<TargetTracker['upload']>[1],
  refused: (why: string) => void,
): Promise<Upload | null> {
  const send = (): Promise<Upload> => target.upload(place, { ...file, name: nameForUpload(file.name) });
  return orTold(send, ['target-refused'], ({ text }) => refused(text));
}

/** What GitLab answers to a file; null where it refuses it with one of these failures, which is told. */
export async function orTold<T>(
  send: () => Promise<T>,
  codes: readonly string[],
  refused: (refusal: Refusal) => void,
): Promise<T | null> {
  try {
    return await send();
  } catch (error) {
    const refusal = error instanceof Failure && codes.includes(error.code) ? error.refusal : null;
    if (refusal === null) throw error;
    refused(refusal);
    return null;
  }
}

/** Files as if they were there: without a journal nobody knows where they lie, and a comparison takes any address. */
export function asUploaded(files: ReadonlyMap<string, string>): [id: string, url: string][] {
  return [...files.keys()].map((id) => [id, `/uploads/${'0'.repeat(32)}/file`]);
}

/** How many bytes it has: where the source does not announce it, they are counted. */
export async function sizeOf({ size, open }: TrackerFile): Promise<number> {
  if (size !== null) return size;
  let counted = 0;
  for await (const chunk of (await open()) as AsyncIterable<Buffer>) counted += chunk.length;
  return counted;
}

const endings: Readonly<Record<string, string>> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/svg+xml': '.svg',
  'image/webp': '.webp',
};

/** The source names a file after its link; GitLab shows only those as pictures whose names say that they are. */
function withEnding(name: string, type: string): string {
  const ending = endings[type];
  return ending === undefined || /\.\w{2,5}$/.test(name) ? name : `${name}${ending}`;
}

const longestFileName = 255;

/** GitLab fails at names of more bytes (GL-456); what links it has the whole name. */
function nameForUpload(name: string): string {
  if (Buffer.byteLength(name) <= longestFileName) return name;
  const end = /\.[\w-]{1,15}$/.exec(name)?.[0] ?? '';
  let stem = '';
  for (const character of name) {
    if (Buffer.byteLength(stem + character + end) > longestFileName) break;
    stem += character;
  }
  return stem + end;
}
