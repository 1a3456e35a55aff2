import { describe, expect, it } from 'vitest';
import { badObjectFindings } from '../../../src/inspect/fsck.ts';
import { largeFileFindings } from '../../../src/inspect/large-files.ts';
import { lfsFindings, type LfsFacts, type FoundPointer } from '../../../src/inspect/lfs.ts';
import { uncountedIn, withLosses } from '../../../src/inspect/losses.ts';
import type { LossKind } from '../../../src/model/losses.ts';
import { plannedProject } from '../report/samples.ts';

const commit = 'c'.repeat(40);

function pointer(oid: string, seenByGitLab = true): FoundPointer {
  return { oid, size: 5, path: oid, commit, seenByGitLab };
}

function counted(kinds: LossKind[]): Parameters<typeof uncountedIn>[0][number] {
  return { counts: new Map(kinds.map((kind) => [kind, 0])), warnings: [] };
}

describe('findings', () => {
  it('of bad objects offer the setting that lets them through, unless git has none, a skip list and rewriting', () => {
    const bad = ['badDate', 'nulInHeader'].map((check, index) => ({
      path: index === 0 ? '' : 'dir',
      commit,
      faults: [{ type: 'commit', id: `${index}`.repeat(40), check, text: 'text' }],
    }));
    const [date, nul] = badObjectFindings(
      bad,
      new Map([[commit, ['refs/heads/a', 'refs/heads/b', 'refs/tags/c']]]),
      { further: 0, repository: 'team/app' },
    );
    expect(date?.fix).toContain('key: "receive.fsck.badDate", value: "ignore"');
    expect(date?.message).toContain('refs/heads/a and 2 other refs');
    expect(nul?.fix).not.toContain('receive.fsck.nulInHeader');
    for (const { fix = '' } of [date, nul].flatMap((each) => each ?? [])) {
      expect(fix).toContain('receive.fsck.skipList');
      expect(fix).toContain('add "team/app" to "rewrite" below "migrate" in the config');
    }
    expect(nul?.message).toContain(`(dir, commit ${commit})`);
  });

  it('of thousands of bad objects are a hundred and a number', () => {
    const bad = Array.from({ length: 150 }, (_, index) => ({
      path: '',
      commit: '',
      faults: [{ type: 'commit', id: `${index}`, check: 'badDate', text: '' }],
    }));
    const findings = badObjectFindings(bad, new Map(), { further: 30, repository: 'team/app' });
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)).toMatchObject({ object: 'further objects', refused: true });
    expect(findings.at(-1)?.message).toContain('about 80 more objects');
  });

  it('of large files begin with those that GitLab refuses', () => {
    const file = { id: 'i', commit, size: 2e8, packed: 1e8 };
    const findings = largeFileFindings(
      {
        files: [
          { ...file, path: 'noteworthy', exceeds: null },
          { ...file, path: 'too-large', exceeds: 'file' },
        ],
        commits: [{ commit, packed: 3e6 }],
      },
      { push: 2 * 1024 * 1024, file: 1e8 },
    );
    expect(findings.map(({ object, refused }) => [object, refused])).toEqual([
      ['too-large', true],
      ['noteworthy', false],
      [commit, true],
    ]);
    expect(findings[2]?.message).toContain('2.9 MiB, but GitLab accepts at most 2 MiB');
  });

  it('of LFS are refused only where GitLab looks: at new history, at real pointers, in projects with LFS', () => {
    const facts: LfsFacts = {
      pointers: new Map([
        ['new', pointer('new')],
        ['old', pointer('old')],
        ['long', pointer('long', false)],
      ]),
      travelling: new Set(['new', 'long']),
      checked: true,
      availability: { answers: true, missing: new Set(['new', 'old', 'long']) },
    };
    expect(lfsFindings(facts).map(({ object, refused }) => [object, refused])).toEqual([
      ['new', true],
      ['new', true],
      ['old', false],
      ['long', false],
    ]);
    expect(lfsFindings({ ...facts, checked: false }).filter(({ refused }) => refused)).toEqual([]);
  });
});

describe('losses', () => {
  it('leave out what is not there, and stand in the same order', () => {
    const project = plannedProject('web', {
      losses: [
        { kind: 'pull-requests', count: 2 },
        { kind: 'other-refs', count: 1 },
      ],
    });
    const counts = new Map<LossKind, number | null>([
      ['webhooks', 3],
      ['labels', 0],
      ['releases', null],
      ['issues', 4],
    ]);
    expect(withLosses(project, counts).losses.map(({ kind, count }) => [kind, count])).toEqual([
      ['pull-requests', 2],
      ['issues', 4],
      ['releases', null],
      ['webhooks', 3],
      ['other-refs', 1],
    ]);
  });

  it('of a kind that one repository did not tell are not counted', () => {
    const full: LossKind[] = [
      'issues',
      'labels',
      'milestones',
      'releases',
      'wiki-pages',
      'lfs-objects',
      'collaborators',
      'webhooks',
      'protected-branches',
    ];
    expect(uncountedIn([counted(full)])).toEqual([]);
    expect(uncountedIn([counted(full), counted(full.filter((kind) => kind !== 'releases'))])).toEqual([
      'releases',
    ]);
  });
});
