import { Failure } from '../failures/failure.ts';
import type { Notice } from '../model/notice.ts';
import type { TargetRelease } from '../model/target-tracker.ts';
import type { TrackerReader, TrackerRelease } from '../model/tracker.ts';
import { uploadFiles } from './attachments.ts';
import { record, uploadAssets } from './releases-files.ts';
import { verdictOf } from './releases-verdict.ts';
import type { ReleasesWork } from './releases-part.ts';
import {
  digestOfRelease,
  digestOfSource,
  embeddedIn,
  openWriter,
  type ReleaseWriter,
} from './releases-texts.ts';
import type { Outcome, Place } from './step.ts';

type Room = { reader: TrackerReader; place: Place; work: ReleasesWork; writer: ReleaseWriter };
type Done = 'create' | 'update' | 'unchanged' | 'left';
type Brought = { what: Done; told: Notice[] };

/** Makes what is not there, with its files, one release after the other; what somebody made or changed on GitLab stays. */
export async function makeReleases(
  releases: readonly TrackerRelease[],
  { reader, place, work }: Omit<Room, 'writer'>,
): Promise<Outcome> {
  const { target } = work.context;
  const there = new Map((await target.releases(place)).map((each) => [each.tag, each]));
  const room = { reader, place, work, writer: await openWriter(reader, work) };
  const done = new Map<string, Done>();
  const notices: Notice[] = [];
  // GitLab sorts by date; those without one get that of their making, so the order of the source counts.
  for (const release of releases) {
    const { what, told } = await bring(release, there.get(release.tag), room);
    done.set(release.tag, what);
    notices.push(...told);
  }
  const tags = [...done].filter(([, what]) => what === 'create' || what === 'update').map(([tag]) => tag);
  await look(tags, room);
  const counts: Record<string, number> = {};
  for (const what of done.values()) if (what !== 'left') counts[what] = (counts[what] ?? 0) + 1;
  return {
    changed: tags.length > 0,
    counts,
    notices: [...notices, ...room.writer.problems.notices(work.item.id)],
  };
}

async function bring(
  release: TrackerRelease,
  found: TargetRelease | undefined,
  room: Room,
): Promise<Brought> {
  const { work } = room;
  const { tag } = release;
  const verdict = verdictOf(release, found, work.known());
  if (verdict === 'taken' || verdict === 'removed') return { what: 'left', told: [] };
  // Files of a release that GitLab cannot have would lie there for nothing.
  if (found === undefined && work.targetRefs?.refs.has(`refs/tags/${tag}`) === false)
    return leave(tag, noTag, work);
  if (found === undefined) return create(release, room);
  const { linked, told } = await linkRest(release, found, room);
  const changed = verdict === 'changed' && (await change(release, room));
  if (verdict === 'ours' && work.known()?.releases?.[tag]?.sent === undefined) {
    // Its answer was lost: it was made by the run before.
    await finish(release, room);
    return { what: 'create', told };
  }
  return { what: linked || changed ? 'update' : 'unchanged', told };
}

const noTag = 'the project has no such tag';

async function leave(tag: string, why: string, work: ReleasesWork): Promise<Brought> {
  if (work.known()?.releases?.[tag]?.left !== why) await record(tag, { left: why, open: null }, work, 'done');
  return { what: 'left', told: [] };
}

async function create(release: TrackerRelease, room: Room): Promise<Brought> {
  const { place, work } = room;
  const { tag } = release;
  const files = await uploadAssets(release, room);
  await uploadEmbedded(release, room);
  const { notices, ...wanted } = wantedNow(release, room);
  const known = work.known()?.releases?.[tag];
  const links = Object.entries(known?.files ?? {}).map(([, { name, url }]) => ({ name, url }));
  await record(tag, { open: true, left: null }, work);
  try {
    await work.context.target.addRelease(place, { ...wanted, links });
  } catch (error) {
    const refused = error instanceof Failure && error.code === 'target-refused' ? error.refusal : null;
    if (refused === null) throw error;
    return leave(tag, refused.status === 422 ? noTag : refused.text, work);
  }
  await finish(release, room);
  return { what: 'create', told: [...files, ...notices] };
}

async function uploadEmbedded(release: TrackerRelease, { reader, place, work, writer }: Room): Promise<void> {
  await uploadFiles(embeddedIn(release), reader, place, {
    work,
    refused: (name, why) => writer.problems.say('file-refused', name, why),
  });
}

function wantedNow(release: TrackerRelease, { writer, work }: Room): ReturnType<ReleaseWriter['wanted']> {
  return writer.wanted(release, new Map(Object.entries(work.known()?.files ?? {})));
}

/** Writes down that it is there, with all files that there are. */
async function finish(release: TrackerRelease, room: Room): Promise<void> {
  const { work } = room;
  const { notices: _, ...wanted } = wantedNow(release, room);
  const files = Object.keys(work.known()?.releases?.[release.tag]?.files ?? {});
  await record(
    release.tag,
    {
      open: null,
      left: null,
      source: digestOfSource(release),
      sent: digestOfRelease(wanted),
      linked: Object.fromEntries(files.map((id) => [id, true as const])),
    },
    work,
    'done',
  );
}

/** Links files that came later, or that GitLab did not take before. What somebody took out of the release stays out. */
async function linkRest(
  release: TrackerRelease,
  found: TargetRelease,
  room: Room,
): Promise<{ linked: boolean; told: Notice[] }> {
  const { place, work } = room;
  const { tag } = release;
  const told = await uploadAssets(release, room);
  const known = work.known()?.releases?.[tag];
  let linked = false;
  for (const [id, { name, url }] of Object.entries(known?.files ?? {})) {
    if (known?.linked?.[id] === true) continue;
    const missing = found.links.every((link) => link.url !== url);
    if (missing) await work.context.target.addReleaseLink(place, tag, { name, url });
    await record(tag, { linked: { [id]: true } }, work, 'done');
    linked ||= missing;
  }
  return { linked, told };
}

async function change(release: TrackerRelease, room: Room): Promise<boolean> {
  const { place, work } = room;
  await uploadEmbedded(release, room);
  const { notices: _, ...wanted } = wantedNow(release, room);
  await record(release.tag, { open: true }, work);
  await work.context.target.changeRelease(place, wanted);
  await finish(release, room);
  return true;
}

/** Writes down what GitLab shows of those that were written: what differs from it later was changed there. */
async function look(tags: readonly string[], { place, work }: Room): Promise<void> {
  if (tags.length === 0) return;
  const there = await work.context.target.releases(place);
  for (const found of there)
    if (tags.includes(found.tag)) await record(found.tag, { seen: digestOfRelease(found) }, work, 'done');
}
