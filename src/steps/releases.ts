import { projectMissing } from '../failures/target.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import type { TrackerGap, TrackerReader } from '../model/tracker.ts';
import { checkReleases } from './releases-check.ts';
import { makeReleases } from './releases-make.ts';
import { ReleasesPart, releasesRecords, type ReleasesData } from './releases-part.ts';
import { knownTo, remark, type Step } from './step.ts';
import { placeOfProject } from './tracker-part.ts';
import { readTold, undecided, unproven } from './told.ts';

/** Makes releases with their dates, and links to their files, which lie in the project. */
export const releases: Step<ReleasesPart, ReleasesData, PlannedProject> = {
  ...releasesRecords,
  title: 'Releases',
  of: 'project',
  stage: 'tracker',
  part: ReleasesPart,
  async plan({ item, input, source, target, history }) {
    if (!input.config.migrate.releases || item.blocked !== null) return null;
    const reader = source.tracker(item.repository);
    const read = await readTold(item.id, async () => (await reader.releases()) ?? []);
    if ('unread' in read) return undecided({ count: 0, add: 0, unread: read.unread }, read.unread);
    const [found, gaps] = [read.told, gapsOf(reader)];
    if (found.length === 0 && gaps.length === 0) return null;
    const known = knownTo(releases, history)?.releases ?? {};
    const there = item.existing === null ? [] : await target.releases({ ...item.existing });
    const tags = new Set(there.map(({ tag }) => tag));
    const fresh = found.filter(
      ({ tag }) => !tags.has(tag) && known[tag]?.sent === undefined && known[tag]?.left === undefined,
    );
    const counts = { create: fresh.length, unchanged: found.length - fresh.length };
    return {
      part: { count: found.length, add: fresh.length, unread: null },
      changes: fresh.length > 0,
      state: isLacking(gaps) ? 'refused' : 'proven',
      counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      notices: gapNotices(gaps, item.id),
    };
  },
  async run(part, work) {
    const { place, item, context } = work;
    if (part.unread !== null) return { changed: false };
    if (place === null) throw projectMissing(item.id, { target: item.fullPath });
    const reader = context.source.tracker(item.repository);
    const found = (await reader.releases()) ?? [];
    const outcome = await makeReleases(found, { reader, place, work });
    work.releasesMoved = true;
    return outcome;
  },
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    const { item, context } = work;
    const place = placeOfProject(work);
    const reader = context.source.tracker(item.repository);
    const found = (await reader.releases()) ?? [];
    if (place === null) return { state: 'failed', compared: 0, hash: null, differences: [] };
    const check = await checkReleases(found, { reader, place, work });
    return withGaps(check, gapsOf(reader), item.id);
  },
};

/** Releases that GitBucket does not tell of. */
function gapsOf(reader: TrackerReader): TrackerGap[] {
  return reader.gaps().filter(({ what }) => what === 'releases');
}

/** Is one known to be there and not to be read? Where there is no list, there may be none. */
function isLacking(gaps: readonly TrackerGap[]): boolean {
  return gaps.some(({ of }) => of !== '');
}

function gapNotices(gaps: readonly TrackerGap[], id: string): Notice[] {
  return gaps.map(({ of, detail }) =>
    remark('release-unread', id, `${of === '' ? 'its releases' : `release ${of}`}: ${detail}`),
  );
}

function withGaps(check: Check, gaps: readonly TrackerGap[], id: string): Check {
  const state = isLacking(gaps) && check.state !== 'failed' ? 'refused' : check.state;
  return { ...check, state, differences: [...check.differences, ...gapNotices(gaps, id)] };
}
