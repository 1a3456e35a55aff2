import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { addComment, addCommitComment, addIssue, addPull, sourceTrackerOf } from '../../sandbox/gitbucket.ts';
import { journalFile } from '../../src/journal/journal.ts';
import type { ItemResult } from '../../src/model/result.ts';
import { killed, verifiedAfterRuns } from '../helpers/migrated.ts';
import { refIn, setRef } from '../helpers/refs.ts';
import {
  app,
  at,
  numbersOf,
  branchOff,
  differencesIn,
  endOf,
  mergeInto,
  run,
  smallTracker,
  sourceItem,
  stepIn,
  trackerAt,
  withTracker,
  type SmallTracker,
} from './tracker-setup.ts';

async function moved(): Promise<SmallTracker> {
  const where = await smallTracker();
  const { gitlab } = where;
  // The jobs after a push come in time: tests do not wait for them.
  const action = { kind: 'notice', call: () => gitlab.settle() } as const;
  gitlab.server.faults.add({ url: /\/merge_requests\?scope=all/, times: Infinity, action });
  expect(stepIn(await run(where))).toMatchObject({ state: 'proven', counts: { create: 4 } });
  return where;
}

function stepOf(items: readonly ItemResult[]) {
  return items.find(({ id }) => id === app)?.steps.find(({ step }) => step === 'tracker');
}

async function expectSettled(where: SmallTracker): Promise<void> {
  await where.gitlab.settle();
  const before = endOf(where);
  expect((await run(where)).writes).toEqual([]);
  expect(endOf(where)).toEqual(before);
}

function requestOf(where: SmallTracker, number: number) {
  const found = trackerAt(where).mergeRequests.find(({ iid }) => iid === number);
  if (!found) throw new Error(`no !${number}`);
  return found;
}

function notesOf(where: SmallTracker, number: number): string[] {
  const found = trackerAt(where).issues.find(({ iid }) => iid === number);
  return (found?.notes ?? []).filter(({ system }) => !system).map(({ body }) => body);
}

test('what is new is added, and what changed on GitBucket alone is replaced', async () => {
  const where = await moved();
  const { context } = where.gitbucket;
  branchOff(where.gitbucket.gitDir('team', 'app'), 'later');
  addIssue(context, app, { title: 'Fifth', author: 'ann', createdAt: at(20) });
  await addPull(context, app, {
    title: 'Sixth',
    author: 'bob',
    base: 'main',
    head: { branch: 'later' },
    createdAt: at(21),
  });
  addComment(context, app, 2, { author: 'ann', body: 'news', at: at(22) });
  const second = await run(where);
  expect(stepIn(second)).toMatchObject({
    state: 'proven',
    changed: true,
    counts: { create: 2, update: 1, unchanged: 3 },
  });
  expect(notesOf(where, 2)).toEqual(['news']);
  expect(numbersOf(where)).toEqual([1, 2, 5]);
  // Only what was sent is read back, not the whole project after each archive.
  const readBack = second.targetRequests.map((request) => decodeURIComponent(request));
  expect(readBack.flatMap((request) => request.match(/iids\[\]=\d+/g)?.join() ?? [])).toEqual([
    'iids[]=2,iids[]=5',
    'iids[]=6',
  ]);
  expect(requestOf(where, 6).diff).not.toBe(null);
  await expectSettled(where);
});

test('a label and a remark on a line come later, though GitBucket leaves the date of their item as it is', async () => {
  const where = await moved();
  const { context } = where.gitbucket;
  const before = [sourceItem(where, 2).updatedAt, sourceItem(where, 4).updatedAt];
  sourceItem(where, 2).labels.push('bug');
  addComment(context, app, 2, { author: 'ann', body: 'bug', action: 'add_label', at: at(22) });
  const line = { sha: where.heads.open, issue: 4, file: 'open.txt', newLine: 1 };
  addCommitComment(context, app, { ...line, author: 'bob', body: 'because', at: at(23) });
  expect([sourceItem(where, 2).updatedAt, sourceItem(where, 4).updatedAt]).toEqual(before);
  expect(stepIn(await run(where))).toMatchObject({ state: 'proven', counts: { update: 2, unchanged: 2 } });
  expect(trackerAt(where).issues.find(({ iid }) => iid === 2)?.labels).toHaveLength(1);
  expect(requestOf(where, 4).notes.map(({ body }) => body)).toEqual(
    expect.arrayContaining([expect.stringContaining('because')]),
  );
  await expectSettled(where);
});

test('heads of pull requests that somebody else has pushed to GitLab stay as they are', async () => {
  const where = await smallTracker();
  await run(where, { config: { migrate: { tracker: 'off' } } });
  const dir = where.gitlab.gitDir(app);
  const theirs = { 'refs/pull/3/head': where.heads.merged, 'refs/pull/4/head': where.heads.merged };
  for (const [ref, id] of Object.entries(theirs)) setRef(dir, ref, id);
  expect(stepIn(await run(where))).toMatchObject({ state: 'proven', counts: { create: 4 } });
  expect(Object.fromEntries(Object.entries(theirs).map(([ref]) => [ref, refIn(dir, ref)]))).toEqual(theirs);
  expect(refIn(dir, 'refs/pull/4/head-moving')).toBe(null);
  expect(requestOf(where, 4).diff?.headSha).toBe(where.heads.open);
});

test('a changed issue that a killed run has removed, and not sent again, is missing', async () => {
  const where = await moved();
  addComment(where.gitbucket.context, app, 2, { author: 'ann', body: 'news', at: at(22) });
  const killAt = { write: 1, served: true, of: /\/issues\/2$/ };
  expect(await killed(where, { ...withTracker, killAt })).toBe(true);
  expect(numbersOf(where)).toEqual([1]);
  const proof = stepOf(await verifiedAfterRuns(where, withTracker));
  expect(proof?.state).toBe('failed');
  expect(proof?.check?.differences.map(({ code }) => code)).toEqual(['tracker-missing']);
  expect(stepIn(await run(where))).toMatchObject({ state: 'proven' });
  expect(numbersOf(where)).toEqual([1, 2]);
});

test('what was sent before people had accounts is proven afterwards, too', async () => {
  const where = await smallTracker();
  const without = { config: { migrate: { tracker: 'auto' } } };
  expect(stepIn(await run(where, without))).toMatchObject({ state: 'proven' });
  expect(stepIn(await run(where))).toMatchObject({ state: 'proven', counts: { unchanged: 4 } });
  expect(stepOf(await verifiedAfterRuns(where, withTracker))).toMatchObject({
    state: 'proven',
    check: { compared: 4, differences: [] },
  });
});

test('without its journal a run takes what is there as it would be sent for moved, and nothing else', async () => {
  const where = await moved();
  await where.gitlab.settle();
  const first = trackerAt(where).issues.find(({ iid }) => iid === 2);
  if (first) first.title = 'Of somebody else';
  const before = endOf(where);
  await rm(journalFile(where.folder));
  const second = await run(where);
  expect(stepIn(second)).toMatchObject({ state: 'failed', counts: { unchanged: 3 } });
  expect(differencesIn(second)).toEqual([expect.stringMatching(/^tracker-taken #2/)]);
  expect(endOf(where)).toEqual(before);
  addComment(where.gitbucket.context, app, 1, { author: 'ann', body: 'news', at: at(22) });
  expect(stepIn(await run(where))).toMatchObject({ counts: { update: 1, unchanged: 2 } });
});

test('what GitBucket no longer gives when it is to be sent again stays as it was moved', async () => {
  const where = await moved();
  const { context } = where.gitbucket;
  addComment(context, app, 2, { author: 'ann', body: 'news', at: at(22) });
  where.gitlab.server.faults.add({
    // After the numbers were read, and before the items are.
    url: /\/issues\?scope=all/,
    action: {
      kind: 'notice',
      call() {
        const repository = context.repository('team', 'app');
        const issues = repository ? sourceTrackerOf(context, repository).issues : [];
        issues.splice(issues.indexOf(sourceItem(where, 2)), 1);
      },
    },
  });
  const second = await run(where);
  expect(numbersOf(where)).toEqual([1, 2]);
  expect(stepIn(second)?.notices.map(({ message }) => message)).toContain(
    '#2 stays as it is on GitLab: what GitBucket has of it now cannot be read, or sent',
  );
});

test('what changed on GitLab stays: what GitBucket has not changed since is told, the other is diverged', async () => {
  const where = await moved();
  const { gitbucket, gitlab } = where;
  gitlab.addNote('team/app#1', { body: 'written on GitLab' });
  gitlab.addNote('team/app#2', { body: 'written on GitLab too' });
  addComment(gitbucket.context, app, 2, { author: 'ann', body: 'news', at: at(22) });
  const tracker = trackerAt(where);
  tracker.mergeRequests = tracker.mergeRequests.filter(({ iid }) => iid !== 4);
  const second = await run(where);
  expect(second.writes).toEqual([]);
  expect(differencesIn(second)).toEqual([
    expect.stringMatching(/^tracker-kept #1 was changed on GitLab/),
    expect.stringMatching(/^tracker-diverged #2/),
    expect.stringMatching(/^tracker-kept !4 was removed on GitLab/),
  ]);
  expect(stepIn(second)?.state).toBe('failed');
  expect(notesOf(where, 1)).toEqual(['a comment', 'written on GitLab']);
  expect(notesOf(where, 2)).toEqual(['written on GitLab too']);
  await expectSettled(where);
});

test('a request that a push marks merged gets its true merger and date', async () => {
  const where = await moved();
  const { gitbucket } = where;
  mergeInto(gitbucket.gitDir('team', 'app'), 'main', where.heads.open);
  addComment(gitbucket.context, app, 4, { author: 'ann', body: 'Merged.', action: 'merge', at: at(30) });
  addComment(gitbucket.context, app, 4, { author: 'ann', body: 'Close', action: 'close', at: at(30) });
  sourceItem(where, 4).closed = true;
  const second = await run(where);
  await where.gitlab.settle();
  expect(differencesIn(second)).toEqual([]);
  expect(stepIn(second)).toMatchObject({ state: 'proven', counts: { update: 1, unchanged: 3 } });
  const ann = where.gitlab.context.state.users.find(({ username }) => username === 'ann');
  expect(requestOf(where, 4)).toMatchObject({ state: 'merged', mergedById: ann?.id });
  expect(requestOf(where, 4).mergedAt?.slice(0, 16)).toBe(new Date(at(30)).toISOString().slice(0, 16));
  await expectSettled(where);
});

test('a request that is open on GitBucket is so on GitLab, though its commits have come into the branch', async () => {
  const where = await moved();
  mergeInto(where.gitbucket.gitDir('team', 'app'), 'main', where.heads.open);
  const second = await run(where);
  await where.gitlab.settle();
  expect(requestOf(where, 4)).toMatchObject({ state: 'opened', mergedAt: null });
  expect(stepIn(second)).toMatchObject({ state: 'proven' });
  await expectSettled(where);
});

test('a request that somebody merges on GitLab with the token of the run stays merged', async () => {
  const where = await moved();
  const { gitlab, heads } = where;
  const root = gitlab.context.state.users.find(({ username }) => username === 'root');
  const mergedAt = new Date(at(40)).toISOString();
  Object.assign(requestOf(where, 4), { state: 'merged', mergedById: root?.id, mergedAt });
  setRef(gitlab.gitDir(app), 'refs/heads/main', heads.open);
  const second = await run(where);
  expect(requestOf(where, 4)).toMatchObject({ state: 'merged', mergedAt });
  expect(second.writes).toEqual([]);
  expect(differencesIn(second)).toEqual([expect.stringMatching(/^tracker-kept !4 was changed on GitLab/)]);
});
