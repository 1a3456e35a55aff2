import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/model/result.ts';
import { renderSummary } from '../../../src/report/summary.ts';
import { displayWidth } from '../../../src/text/lines.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { diverged, failed, group, moved, noticed, project, refused, result } from './samples.ts';

const palette = createPalette(false);
const paths = { json: '/r/result.json', markdown: '/r/report.md', html: '/r/report.html', addresses: null };
const lines = (of: ReturnType<typeof result>, width = 80, quiet = false): string[] =>
  renderSummary(of, { width, palette, quiet, paths });

describe('summary on the terminal', () => {
  it('is short when all is well', () => {
    expect(lines(result([group(), project()]))).toEqual([
      '',
      '✔ Everything selected is on GitLab and proven.',
      '  1 repository complete, 3 refs, 1 group, 1.2 MB transferred in 3 min 04 s.',
      '  2 proven.',
      expect.stringMatching(
        /^ {2}Compared with GitBucket as of 2026-03-0\d \d\d:\d\d:47 UTC(?:[+-]\d\d:\d\d)?\.$/,
      ),
      '',
      'Next steps',
      '  Run this again whenever GitBucket has changed; only the differences are',
      '  transferred.',
      '',
      'Reports',
      '  /r/report.html',
      '  /r/report.md',
      '  /r/result.json',
    ]);
  });

  it.each([
    ['migrate', true, 'Everything selected is on GitLab and proven.'],
    ['migrate', false, 'Everything selected was already on GitLab and is proven.'],
    ['verify', false, 'Everything selected is equal on both sides.'],
    ['rehearse', true, 'GitLab would accept everything.'],
  ] as const)('of %s, written: %s, says: %s', (command, changed, title) => {
    expect(lines(result([project({ changed })], { command }))[1]).toBe(`✔ ${title}`);
  });

  it('counts what is moved: no wiki that GitLab refused, no setting that is as it was, nobody without a role', () => {
    const plain = { ...noticed(''), notices: [] };
    const steps = [
      { ...plain, step: 'wiki', title: 'Wikis', counts: { create: 1, refused: 1 } },
      { ...plain, step: 'fork', title: 'Forks', counts: { unchanged: 1 } },
      { ...plain, step: 'quiet', title: 'Settings', counts: { restore: 1 } },
      {
        ...plain,
        step: 'members',
        title: 'Project members',
        counts: { create: 1, 'held back': 1, 'without an account': 1 },
      },
    ];
    expect(lines(result([project({ steps })]), 200)[2]).toMatch(
      /^ {2}1 repository complete, 0 refs, 1 wiki, 1 fork, 1 project member, 0 groups, /,
    );
  });

  describe('of what was allowed to be missing', () => {
    const message = 'its LFS object is lost (a.bin, 4f1c)';
    const notice = { code: 'lfs-missing', object: 'a.bin', message, fix: '' };
    const check = { state: 'proven' as const, compared: 2, hash: null, differences: [notice] };
    const step = moved({ step: 'lfs', title: 'LFS objects', counts: { lost: 1 }, bytes: 0, check });
    const of = (command: Result['command'], changed: boolean, typed = 'gb2gl'): string[] =>
      lines(
        result([project({ changed, steps: [moved(), step] })], {
          command,
          gb2gl: { version: '1', command: typed },
        }),
        300,
      );

    it.each([
      ['migrate', true, 'Everything selected is on GitLab and proven'],
      ['migrate', false, 'Everything selected was already on GitLab and is proven'],
      ['verify', false, 'Everything selected is equal on both sides'],
    ] as const)('%s, written: %s, does not call everything equal, and names it', (command, changed, lead) => {
      const text = of(command, changed);
      expect(text[1]).toBe(`! ${lead}, but for 1 LFS object that you allowed to be missing.`);
      expect(text).toContain(`  team/web: ${message}`);
    });

    it('says where it is remembered, when only the command line said so', () => {
      const remembered = '"migrate": { "allowMissingLfs": [ … ] }';
      expect(of('migrate', true, 'gb2gl migrate --all --allow-missing-lfs a.bin').join()).toContain(
        remembered,
      );
      expect(of('migrate', true, 'gb2gl migrate --plan plan.json').join()).toContain(remembered);
      expect(of('migrate', true, 'gb2gl migrate --all').join()).not.toContain(remembered);
    });
  });

  it('says what the run was not about: what was not selected, and what stays on GitBucket', () => {
    const text = lines(
      result([project()], {
        selected: ['--group team', 'select.exclude team/old'],
        stays: [{ kind: 'pull-requests', count: 12 }],
        uncounted: ['issues', 'wiki-pages', 'lfs-objects'],
      }),
      200,
    );
    const from = text.indexOf('Not moved');
    expect(text.slice(from, from + 4)).toEqual([
      'Not moved',
      '  Selected: --group team, select.exclude team/old. Whatever else is on GitBucket was left out.',
      '  Stays on GitBucket: 12 pull requests.',
      '  Wikis, issues, releases and LFS objects stay on GitBucket; gb2gl plan --deep counts them.',
    ]);
  });

  it('tells the verdict, the counts and the problems when it is quiet', () => {
    const problems = [{ code: 'unexpected', object: 'x/y', message: 'Broken.', fix: 'Repair it.' }];
    const parts = { problems, warnings: ['slow'], uncounted: ['wiki-pages' as const] };
    expect(lines(result([project(), failed], parts), 100, true)).toEqual([
      '',
      '✖ 1 item failed, 1 object could not be read.',
      '  1 of 2 repositories complete, 6 refs, 0 groups, 2.4 MB transferred in 3 min 04 s.',
      '  1 proven, 1 failed.',
      '',
      'Could not be read',
      '  x/y',
      '    Broken.',
      '    → Repair it.',
      '',
      'Needs your attention',
      '  failed  team/big',
      '    The connection broke. Run it again.',
    ]);
  });

  it('says what became different when it was made so, and not again in every later run', () => {
    const steps = [noticed('using old')];
    const made = lines(result([project({ changed: true, steps })])).join('\n');
    expect(made).toContain('Good to know\n  team/web: using old');
    expect(made).not.toContain('Warnings');
    expect(lines(result([project({ changed: false, steps })])).join('\n')).not.toContain('using old');
  });

  it('says that an interrupted run can go on, and lists nothing of what it left', () => {
    const left = ['a', 'b', 'c'].map((id) => project({ id: `team/${id}`, state: 'interrupted', steps: [] }));
    const text = lines(result([project(), ...left], { interrupted: true })).join('\n');
    expect(text).toContain('  3 items were not begun or not finished.');
    expect(text).not.toContain('team/a');
    expect(text).toContain('! Interrupted. Run the same command again to resume.');
    expect(text).toContain('it resumes where it stopped');
  });

  it('names what needs a human, the failures first, with fixes that stay whole', () => {
    const text = lines(result([project(), refused, diverged, failed])).join('\n');
    expect(text).toContain('✖ 1 item failed, 2 need your decision.');
    expect(text).toContain(
      '  failed  team/big\n    The connection broke. Run it again.\n  diverged  team/docs',
    );
    expect(text).toContain('    → git branch -m -- -x x');
    expect(text.indexOf('team/docs')).toBeLessThan(text.indexOf('team/api'));
  });

  it('stays short with hundreds of troubles', () => {
    const many = Array.from({ length: 300 }, (_, index) => {
      const id = `team/r${index}`;
      return { ...failed, id, problem: { ...failed.problem!, object: id } };
    });
    const all = lines(result(many));
    expect(all.length).toBeLessThan(50);
    expect(all).toContain('  and 290 more in the report');
  });

  it('tells once what concerns the server and not each of its items', () => {
    const problem = { code: 'maintenance', object: 'https://x', message: 'It is read-only.', fix: 'Wait.' };
    const many = Array.from({ length: 300 }, (_, index) => ({ ...failed, id: `team/r${index}`, problem }));
    const all = lines(result([...many, failed]));
    expect(all.filter((line) => line.includes('It is read-only. Wait.'))).toHaveLength(1);
    expect(all).toContain('  failed  team/r0 and 299 more');
    expect(all).toContain('  failed  team/big');
  });

  it('fits a narrow terminal, wide characters too', () => {
    const wide = project({ id: `team/${'日本'.repeat(30)}`, state: 'interrupted' });
    const wordy = { ...failed, steps: [noticed('語 '.repeat(40))] };
    for (const line of lines(result([wide, wordy]), 40)) expect(displayWidth(line)).toBeLessThanOrEqual(40);
  });

  it('passes no control characters of a server on to the terminal', () => {
    const evil = { ...failed, id: 'team/\u001B[2Jx', steps: [noticed('a\u001B]0;b\u0007')] };
    expect(lines(result([evil])).join('\n')).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it('lists what could not be read with what to do', () => {
    const problems = [
      {
        code: 'unexpected',
        object: 'x/y',
        message: 'GitBucket cannot open it.',
        fix: 'Repair it.',
      },
    ];
    const text = lines(result([project()], { problems })).join('\n');
    expect(text).toContain('✖ 1 object could not be read.');
    expect(text).toContain('  x/y\n    GitBucket cannot open it.\n    → Repair it.');
  });
});
