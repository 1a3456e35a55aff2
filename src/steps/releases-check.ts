import type { Notice } from '../model/notice.ts';
import type { TargetRelease } from '../model/target-tracker.ts';
import type { TrackerAsset, TrackerReader, TrackerRelease } from '../model/tracker.ts';
import type { Check } from '../model/result.ts';
import { hashOfAll } from '../tracker/proof.ts';
import { readBack, summed } from './releases-files.ts';
import { linkNames, type Moved, type ReleasesChecking } from './releases-part.ts';
import { digestOfRelease, embeddedIn, openWriter, type WantedRelease } from './releases-texts.ts';
import { verdictOf } from './releases-verdict.ts';
import { remark, type Place } from './step.ts';

type State = Check['state'];
type Said = { state: State; notice: Notice };
type Found = { release: TrackerRelease; found: TargetRelease; place: Place };

const rank: readonly State[] = ['proven', 'refused', 'failed'];
const again = 'run gb2gl migrate again to move it';

/**
 * Compares every release of the source with what GitLab shows: tag, name, text, date, and of its files number, names, sizes
 * and bytes. Files that the run has just read back are not read again.
 */
export async function checkReleases(
  releases: readonly TrackerRelease[],
  { reader, place, work }: { reader: TrackerReader; place: Place; work: ReleasesChecking },
): Promise<Check> {
  const there = new Map((await work.context.target.releases(place)).map((each) => [each.tag, each]));
  const writer = await openWriter(reader, work);
  const sides = { source: new Map<string, string>(), target: new Map<string, string>() };
  const all: Said[] = [];
  for (const release of releases) {
    const found = there.get(release.tag);
    const said = found === undefined ? absent(release, work) : [];
    if (found !== undefined) {
      const wanted = writer.wanted(release, filesOf(release, work));
      said.push(...texts({ release, found, place }, wanted, work));
      // What is to be said of somebody's own release is said by then.
      if (said.every(({ notice }) => notice.code !== 'release-taken'))
        said.push(...(await files({ release, found, place }, reader, work)));
      if (said.every(({ state }) => state === 'proven')) {
        const names = found.links.map(({ name }) => name).sort();
        const word = `${digestOfRelease({ ...found, releasedAt: null })} ${names.join('/')}`;
        sides.source.set(release.tag, word);
        sides.target.set(release.tag, word);
      } else {
        sides.source.set(release.tag, digestOfRelease(wanted));
        sides.target.set(release.tag, digestOfRelease(found));
      }
    }
    all.push(...said);
  }
  const state = all.reduce<State>(
    (worst, each) => (rank.indexOf(each.state) > rank.indexOf(worst) ? each.state : worst),
    'proven',
  );
  const hash = { source: hashOfAll(sides.source), target: hashOfAll(sides.target) };
  return { state, compared: sides.source.size, hash, differences: all.map(({ notice }) => notice) };
}

/** Without a journal nobody knows where an attachment lies: any address will do. */
function filesOf(release: TrackerRelease, work: ReleasesChecking): ReadonlyMap<string, string> {
  const known = work.known();
  if (known !== null) return new Map(Object.entries(known.files ?? {}));
  return new Map([...embeddedIn(release).keys()].map((id) => [id, `/uploads/${'0'.repeat(32)}/file`]));
}

function absent({ tag }: TrackerRelease, work: ReleasesChecking): Said[] {
  const known = work.known()?.releases?.[tag];
  if (known?.sent !== undefined) return [kept(tag, 'removed', work)];
  if (known?.left !== undefined)
    return [
      said('refused', 'release-refused', tag, `GitLab does not take it: ${known.left}`, noTagFix, work),
    ];
  return [said('failed', 'release-missing', tag, 'it is not on GitLab', again, work)];
}

const noTagFix = 'push the tag or remove the release on GitBucket, then run gb2gl migrate again';

function texts({ release, found }: Found, wanted: WantedRelease, work: ReleasesChecking): Said[] {
  const { tag } = release;
  const known = work.known();
  const verdict = verdictOf(release, found, known);
  const differences = differencesBetween(wanted, found);
  if (differences.length === 0) return [];
  if (known === null) return [said('failed', 'release-differs', tag, differences.join(', '), byHand, work)];
  if (verdict === 'taken')
    return [
      said(
        'failed',
        'release-taken',
        tag,
        `GitLab has a release of that tag that gb2gl did not make: ${differences.join(', ')}`,
        'bring what it lacks to GitLab by hand, or remove it there and run gb2gl migrate again',
        work,
      ),
    ];
  if (verdict === 'touched') return [kept(tag, 'changed', work)];
  if (verdict === 'both')
    return [
      said(
        'failed',
        'release-diverged',
        tag,
        'it was changed on GitBucket and on GitLab since it was moved',
        byHand,
        work,
      ),
    ];
  if (verdict === 'changed')
    return [
      said('failed', 'release-changed', tag, 'it was changed on GitBucket since it was moved', again, work),
    ];
  // Made with what was known then, such as who has an account: what was sent is what counts.
  const { sent } = known.releases?.[tag] ?? {};
  if (sent === digestOfRelease(found) || sent === digestOfRelease({ ...found, releasedAt: null })) return [];
  return [
    said(
      'failed',
      'release-damaged',
      tag,
      `GitLab did not take it as it was sent: ${differences.join(', ')}`,
      byHand,
      work,
    ),
  ];
}

const byHand = 'compare it on both servers, and correct it on GitLab';

function differencesBetween(wanted: WantedRelease, found: TargetRelease): string[] {
  const words: string[] = [];
  const { name, text, releasedAt } = wanted;
  if (name !== found.name) words.push('another name');
  const plain = { name, releasedAt: null };
  if (digestOfRelease({ ...plain, text }) !== digestOfRelease({ ...plain, text: found.text }))
    words.push('another text');
  const here = found.releasedAt === null ? NaN : Date.parse(found.releasedAt);
  if (releasedAt !== null && Date.parse(releasedAt) !== here)
    words.push(`date ${found.releasedAt ?? 'none'} instead of ${releasedAt}`);
  return words;
}

/** What there is to say of the files of a release that is there. */
async function files(
  { release, found, place }: Found,
  reader: TrackerReader,
  work: ReleasesChecking,
): Promise<Said[]> {
  const { tag, assets } = release;
  const known = work.known()?.releases?.[tag];
  const names = linkNames(assets);
  const taken = work.known() !== null && known?.sent === undefined;
  const all: Said[] = [];
  for (const asset of assets) {
    const moved = known?.files?.[asset.id];
    const name = moved?.name ?? names.get(asset.id) ?? asset.name;
    const lacking = known?.lacking?.[asset.id];
    const link = found.links.find((each) =>
      moved === undefined ? each.name === name : each.url === moved.url,
    );
    const tell = (state: State, code: string, why: string, fix = ''): void => {
      all.push(said(state, code, tag, `${asset.name}: ${why}`, fix, work));
    };
    if (lacking !== undefined)
      tell(
        'refused',
        'release-file-left',
        lacking,
        'move the file by hand, or raise what GitLab limits, then run again',
      );
    else if (link === undefined && known?.linked?.[asset.id] === true)
      tell('proven', 'release-file-kept', 'it was taken out of the release on GitLab, which is kept');
    else if (link === undefined)
      tell('failed', 'release-file-missing', 'it is not on GitLab', taken ? byHand : again);
    else {
      if (link.name !== name)
        tell('proven', 'release-file-kept', `it is called ${link.name} on GitLab, which is kept`);
      const fact = await compared({ asset, link, moved, release, place }, reader, work);
      if (fact.read === 'other')
        tell(
          'failed',
          'release-file-differs',
          'GitLab does not give the bytes of GitBucket',
          'upload it by hand',
        );
      if (fact.read === 'untold')
        tell(
          'proven',
          'release-file-unread',
          'GitLab does not let it be read by REST, so that only its name is compared',
        );
      if (fact.size !== null && fact.size !== asset.size)
        tell(
          'proven',
          'release-file-truncated',
          `GitBucket has ${fact.size} of the ${asset.size} bytes that it announces`,
        );
    }
  }
  return all;
}

async function compared(
  {
    asset,
    link,
    moved,
    release,
    place,
  }: {
    asset: TrackerAsset;
    link: { url: string };
    moved: Moved | undefined;
    release: TrackerRelease;
    place: Place;
  },
  reader: TrackerReader,
  work: ReleasesChecking,
): Promise<{ read: Moved['read']; size: number | null }> {
  if (work.releasesMoved && moved !== undefined) return { read: moved.read, size: moved.size };
  const file = await reader.asset(release, asset);
  if (file === null) return { read: 'untold', size: null };
  const source = await summed(await file.open());
  return {
    read: await readBack(place, { url: link.url, ...source }, work.context.target),
    size: source.size,
  };
}

function said(
  state: State,
  code: string,
  tag: string,
  why: string,
  fix: string,
  { item }: ReleasesChecking,
): Said {
  return { state, notice: { code, object: item.id, message: `release ${tag}: ${why}`, fix } };
}

function kept(tag: string, how: string, { item }: ReleasesChecking): Said {
  return {
    state: 'proven',
    notice: remark(
      'release-kept',
      item.id,
      `release ${tag} was ${how} on GitLab since it was moved, which is kept`,
    ),
  };
}
