import { describe, expect, it } from 'vitest';
import type { Project } from '../../../src/model/forge.ts';
import { planMarkdown } from '../../../src/report/plan-markdown.ts';
import { verdictOfPlan } from '../../../src/report/plan-summary.ts';
import { renderPlan } from '../../../src/report/plan-view.ts';
import { displayWidth } from '../../../src/text/lines.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { idA, idB, plan, plannedGroup, plannedProject, plannedRefs, refChange } from './samples.ts';

const existing: Project = {
  id: 5,
  fullPath: 'team/old',
  name: 'old',
  visibility: 'private',
  description: '',
  defaultBranch: 'main',
  empty: false,
  archived: false,
  creatorId: 1,
  webUrl: 'https://gitlab.example.com/team/old',
};

const refusedRef = refChange({
  ref: 'refs/heads/-x',
  outcome: 'refused',
  reason: 'GitLab says "invalid name"',
  fix: 'git branch -m -- -x x',
});
const divergedRef = refChange({ outcome: 'diverged', old: idB, reason: 'both sides moved', fix: 'decide' });

const sample = plan(
  [
    plannedGroup({ fullPath: 'platform/team' }),
    plannedGroup({ id: 'bob', fullPath: 'bob', namespaceKind: 'user' }),
  ],
  [
    plannedProject('web'),
    plannedProject('api'),
    plannedProject('old', {
      existing,
      steps: [plannedRefs([refChange({ outcome: 'unchanged', old: idA })])],
    }),
    plannedProject('c++', { path: 'cpp', fullPath: 'team/cpp', reasons: ['GitLab takes no + in a path'] }),
    plannedProject('site', {
      visibility: 'internal',
      repository: { owner: 'team', name: 'site', description: '', private: false, defaultBranch: 'main' },
    }),
    plannedProject('odd', { steps: [plannedRefs([refusedRef, divergedRef])] }),
    plannedProject('taken', {
      blocked: { code: 'unexpected', object: 'x', message: 'The path is taken.', fix: '"map": {}' },
    }),
  ],
  {
    problems: [{ code: 'unexpected', object: 'x/y', message: 'Broken.', fix: 'Repair it.' }],
    warnings: ['slow'],
  },
);

describe('plan on the terminal', () => {
  const lines = renderPlan(sample, { width: 80, palette: createPalette(false) });

  it('begins with both servers and the totals', () => {
    expect(lines.slice(0, 7)).toEqual([
      'https://gitbucket.example.com → https://gitlab.example.com (GitLab 19.2.1)',
      '',
      '2 groups: 1 new, 1 unchanged',
      '7 repositories: 5 new, 1 unchanged, 1 blocked',
      '8 refs: 5 to create, 1 unchanged, 1 refused, 1 diverged',
      '',
      'Could not be read',
    ]);
  });

  it('only names what is uneventful, and explains the rest with fixes', () => {
    const from = lines.indexOf('team → platform/team  new group, private');
    expect(lines.slice(from)).toEqual([
      'team → platform/team  new group, private',
      '  2 new: web, api',
      '  1 unchanged: old',
      '  c++  new, refs: 1 to create',
      '    renamed to cpp',
      '    GitLab takes no + in a path',
      '  site  new, refs: 1 to create',
      '    public on GitBucket, becomes internal',
      '  odd  new, refs: 1 refused, 1 diverged',
      '    refs/heads/-x refused: GitLab says "invalid name"',
      '      → git branch -m -- -x x',
      '    refs/heads/main diverged: both sides moved, source',
      `    ${idA}, target`,
      `    ${idB}`,
      '      → decide',
      '  taken  blocked, refs: 1 to create',
      '    The path is taken.',
      '',
      'bob → bob  personal namespace',
    ]);
  });

  it('tells problems and warnings', () => {
    expect(lines).toContain('  x/y: Broken.');
    expect(lines).toContain('    → Repair it.');
    expect(lines).toContain('warning: slow');
  });

  it('tells the problems alone when it is quiet', () => {
    const text = renderPlan(sample, { width: 80, palette: createPalette(false), quiet: true }).join('\n');
    for (const words of ['x/y: Broken.', 'refs/heads/-x refused', 'The path is taken.'])
      expect(text).toContain(words);
    for (const words of ['slow', 'web, api', 'c++', 'bob']) expect(text).not.toContain(words);
  });

  it('fits a narrow terminal when there is nothing to paste', () => {
    const many = Array.from({ length: 60 }, (_, index) => plannedProject(`repository-${index}`));
    for (const line of renderPlan(plan([plannedGroup()], many), {
      width: 40,
      palette: createPalette(false),
    })) {
      expect(displayWidth(line)).toBeLessThanOrEqual(40);
    }
  });

  it('wraps what one repository counts, and the place of its group', () => {
    const steps = ['LFS objects', 'Wikis', 'Submodules'].map((title) => ({
      ...plannedRefs([]),
      step: title,
      title,
      counts: { create: 1200, unchanged: 3 },
    }));
    const group = plannedGroup({ fullPath: 'a/very/long/way/down/to/the/place/of/team' });
    const project = plannedProject('old-artwork', { reasons: ['a reason'], steps });
    const shown = renderPlan(plan([group], [project]), { width: 60, palette: createPalette(false) });
    expect(shown.slice(shown.indexOf('') + 1).filter((line) => displayWidth(line) > 60)).toEqual([]);
    expect(shown).toContain('  old-artwork  new, LFS objects: 1,200 to create, 3');
    expect(shown).toContain('    unchanged; wikis: 1,200 to create, 3 unchanged;');
    expect(shown).toContain('team → a/very/long/way/down/to/the/place/of/team');
    expect(shown).toContain('  new group, private');
  });

  it('names what a problem is about once, and calls it a problem', () => {
    const unread = {
      code: 'git-failed',
      object: 'team/textures',
      message: 'fetching team/textures failed: x',
      fix: 'Try.',
    };
    const wiki = { ...unread, object: 'wiki of team/textures', message: 'GitBucket answered 500' };
    const steps = [{ ...plannedRefs([]), state: 'failed' as const, notices: [unread, wiki] }];
    const broken = plan([plannedGroup()], [plannedProject('textures', { steps })]);
    const shown = renderPlan(broken, { width: 80, palette: createPalette(false) });
    expect(shown).toContain('    fetching team/textures failed: x');
    expect(shown).toContain('    wiki of team/textures: GitBucket answered 500');
    expect(verdictOfPlan(broken)).toEqual({ tone: 'bad', title: '1 item has a problem' });
  });

  it('says so when there is nothing to do', () => {
    expect(renderPlan(plan([], []), { width: 80, palette: createPalette(false) })).toContain(
      'This plan is empty.',
    );
  });
});

describe('plan as Markdown', () => {
  const text = planMarkdown(sample);

  it('shows every repository with what happens to it and why', () => {
    expect(text).toContain('| `team/web` | `team/web` | new, private | refs: 1 to create |  |');
    expect(text).toContain(
      '| `team/c++` | `team/cpp` | new, private | refs: 1 to create | renamed to cpp<br>GitLab',
    );
    expect(text).toContain(
      '| `team/site` | `team/site` | new, internal | refs: 1 to create | public on GitBucket',
    );
    expect(text).toContain('| `team/old` | `team/old` | unchanged, private | refs: 1 unchanged |  |');
  });

  it('offers every fix as a block to paste', () => {
    expect(text).toContain('`team/odd` `refs/heads/-x`: refused: GitLab says "invalid name"');
    expect(text).toContain(
      `\`team/odd\` \`refs/heads/main\`: diverged: both sides moved, source ${idA}, target ${idB}`,
    );
    for (const fix of ['git branch -m -- -x x', 'decide', '"map": {}']) {
      expect(text).toContain(`\`\`\`text\n${fix}\n\`\`\``);
    }
  });
});
