import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { fetchFailed } from '../failures/git.ts';
import type { Notice } from '../model/notice.ts';
import type { Target } from '../model/target.ts';
import type { TrackerAsset, TrackerFile, TrackerReader, TrackerRelease } from '../model/tracker.ts';
import { sizeOf } from './attachments.ts';
import { linkNames, type Moved, type ReleasesWork } from './releases-part.ts';
import { storeOf, type FileStore } from './releases-store.ts';
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

/** Sends the files of a release, each once: what is there is in the journal, and a second one would be another file. */
export async function uploadAssets(release: TrackerRelease, room: Room): Promise<Notice[]> {
  const { reader, work } = room;
  const { tag, assets } = release;
  const names = linkNames(assets);
  const store = storeOf(tag, room.place, work);
  const told: Notice[] = [];
  for (const asset of assets) {
    const known = work.known()?.releases?.[tag];
    if (known?.files?.[asset.id] !== undefined) continue;
    const name = names.get(asset.id) ?? asset.name;
    const file = await reader.asset(release, asset);
    const one = { name, asset, tag, store };
    if (known?.uploading?.[asset.id] === true) {
      if (file !== null && (await findOne(file, one, room))) continue;
      told.push(brokenOff(asset, release, work));
    }
    const moved = file === null ? 'GitBucket does not give it' : await sendOne(file, one, room);
    if (moved === null) continue;
    if (file !== null || known?.lacking?.[asset.id] !== moved)
      await record(tag, { lacking: { [asset.id]: moved }, uploading: { [asset.id]: null } }, work);
  }
  return told;
}

type One = { name: string; asset: TrackerAsset; tag: string; store: FileStore };

/** True when a run that ended had sent it whole. */
async function findOne(file: TrackerFile, one: One, room: Room): Promise<boolean> {
  let source: Summed | null = null;
  const bytes = async (): Promise<Summed> => (source = await summed(await file.open()));
  const url = await one.store.find(bytes);
  if (url === null || source === null) return false;
  await arrived(one, url, source, room);
  return true;
}

/** Why GitLab does not take it; null when it is there. */
async function sendOne(file: TrackerFile, one: One, room: Room): Promise<string | null> {
  const { asset, tag, store } = one;
  const { work } = room;
  const size = await sizeOf(file);
  await record(tag, { uploading: { [asset.id]: true } }, work);
  const hash = createHash('sha256');
  const open = async (): Promise<Readable> =>
    Readable.from(watched(await file.open(), { size, hash, of: `${tag}/${asset.name}` }), {
      objectMode: false,
    });
  let refusal = '';
  const url = await store.keep({ name: asset.name, size, open }, (why) => (refusal = why));
  if (url === null) return refusal;
  await arrived(one, url, { size, sha256: hash.digest('hex') }, room);
  return null;
}

async function arrived(
  { name, asset, tag }: One,
  url: string,
  source: Summed,
  { place, work }: Room,
): Promise<void> {
  // Before it is read back: from here on it is not sent again, whatever happens.
  const moved: Moved = { name, url, ...source, read: 'untold' };
  await record(
    tag,
    { files: { [asset.id]: moved }, uploading: { [asset.id]: null }, lacking: { [asset.id]: null } },
    work,
  );
  const read = await readBack(place, moved, work.context.target);
  if (read !== 'untold') await record(tag, { files: { [asset.id]: { read } } }, work);
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
  const message = `release ${tag}: ${name} was being uploaded when a run ended, so that a file that nothing links may lie in the project`;
  return remark('release-file-twice', item.id, message);
}
