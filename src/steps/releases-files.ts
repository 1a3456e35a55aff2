import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { fetchFailed } from '../failures/git.ts';
import type { Notice } from '../model/notice.ts';
import type { Target } from '../model/target.ts';
import type { TrackerAsset, TrackerFile, TrackerReader, TrackerRelease } from '../model/tracker.ts';
import { sizeOf, uploadTaken } from './attachments.ts';
import { linkNames, type Moved, type ReleasesWork } from './releases-part.ts';
import { remark, type Place } from './step.ts';

export type Summed = { size: number; sha256: string };

/** How many bytes there are, and their SHA-256; nothing of them is kept. */
export async function summed(bytes: Readable): Promise<Summed> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

type Room = { reader: TrackerReader; place: Place; work: ReleasesWork };

/** Uploads the files of a release, each once: what is there is in the journal, and a second upload would be another file. */
export async function uploadAssets(release: TrackerRelease, room: Room): Promise<Notice[]> {
  const { reader, work } = room;
  const { tag, assets } = release;
  const names = linkNames(assets);
  const told: Notice[] = [];
  for (const asset of assets) {
    const known = work.known()?.releases?.[tag];
    if (known?.files?.[asset.id] !== undefined) continue;
    if (known?.uploading?.[asset.id] === true) told.push(brokenOff(asset, release, work));
    const name = names.get(asset.id) ?? asset.name;
    const file = await reader.asset(release, asset);
    const moved =
      file === null ? 'GitBucket does not give it' : await uploadOne(file, { name, asset, tag }, room);
    if (typeof moved !== 'string') continue;
    if (file !== null || known?.lacking?.[asset.id] !== moved)
      await record(tag, { lacking: { [asset.id]: moved }, uploading: { [asset.id]: null } }, work);
  }
  return told;
}

/** Why GitLab does not take it, or what is there now. */
async function uploadOne(
  file: TrackerFile,
  { name, asset, tag }: { name: string; asset: TrackerAsset; tag: string },
  { place, work }: Room,
): Promise<Moved | string> {
  const { target } = work.context;
  const size = await sizeOf(file);
  await record(tag, { uploading: { [asset.id]: true } }, work);
  const hash = createHash('sha256');
  const open = async (): Promise<Readable> =>
    Readable.from(watched(await file.open(), { size, hash, of: `${tag}/${asset.name}` }), {
      objectMode: false,
    });
  let refusal = '';
  const wanted = { name: asset.name, size, open };
  const upload = await uploadTaken(target, place, wanted, (why) => (refusal = why));
  if (upload === null) return refusal;
  const sha256 = hash.digest('hex');
  const url = new URL(upload.fullPath, target.url).href;
  // Before it is read back: from here on it is not uploaded again, whatever happens.
  const moved: Moved = { name, url, size, sha256, read: 'untold' };
  await record(
    tag,
    { files: { [asset.id]: moved }, uploading: { [asset.id]: null }, lacking: { [asset.id]: null } },
    work,
  );
  const read = await readBack(place, moved, target);
  if (read !== 'untold') await record(tag, { files: { [asset.id]: { read } } }, work);
  return { ...moved, read };
}

/** Does GitLab give the bytes that were sent? */
export async function readBack(
  place: Pick<Place, 'id' | 'fullPath'>,
  { url, size, sha256 }: Pick<Moved, 'url' | 'size' | 'sha256'>,
  target: Target,
): Promise<Moved['read']> {
  const bytes = await target.uploaded(place, url);
  if (bytes === null) return 'untold';
  const there = await summed(bytes);
  return there.size === size && there.sha256 === sha256 ? 'same' : 'other';
}

/** The bytes as they come; what ends early or goes on would leave GitLab waiting, or cut it. @throws fetch-failed */
async function* watched(
  bytes: Readable,
  { size, hash, of }: { size: number; hash: ReturnType<typeof createHash>; of: string },
): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    seen += chunk.length;
    if (seen > size) break;
    hash.update(chunk);
    yield chunk;
  }
  if (seen !== size) throw fetchFailed(of, { detail: `it has not the ${size} bytes that it was to have` });
}

type Change = NonNullable<NonNullable<Parameters<ReleasesWork['record']>[1]>['data']>['releases'];

/** Writes down what is known of one release. */
export async function record(
  tag: string,
  change: NonNullable<NonNullable<Change>[string]>,
  work: ReleasesWork,
  status: 'started' | 'done' = 'started',
): Promise<void> {
  await work.record(status, { data: { releases: { [tag]: change } } });
}

/** Nobody heard where that upload lies, if it lies anywhere. */
function brokenOff({ name }: TrackerAsset, { tag }: TrackerRelease, { item }: ReleasesWork): Notice {
  const message = `release ${tag}: ${name} was being uploaded when a run ended, so that a file that nothing links may lie among the uploads of the project`;
  return remark('release-file-twice', item.id, message);
}
