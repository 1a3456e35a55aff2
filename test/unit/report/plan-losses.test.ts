import { describe, expect, it } from 'vitest';
import { exitCodeOfPlan } from '../../../src/commands/plan.ts';
import { uncountedWithoutAsking } from '../../../src/model/losses.ts';
import { type Finding } from '../../../src/model/plan.ts';
import { planMarkdown } from '../../../src/report/plan-markdown.ts';
import { renderPlan } from '../../../src/report/plan-view.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { plan, plannedGroup, plannedProject } from './samples.ts';

const note: Finding = {
  code: 'old-server-url',
  refused: false,
  object: 'main:lib',
  message: 'points to the old server',
  fix: 'git config …',
};
const refused: Finding = {
  code: 'bad-object',
  refused: true,
  object: 'abc',
  message: 'badDate',
  fix: 'let it pass',
};

const sample = plan(
  [plannedGroup()],
  [
    plannedProject('web', {
      losses: [
        { kind: 'issues', count: 1200 },
        { kind: 'releases', count: null },
      ],
    }),
    plannedProject('api', { losses: [{ kind: 'issues', count: 1 }], findings: [note, refused] }),
    plannedProject('docs'),
  ],
  { uncounted: ['webhooks'] },
);

describe('losses and findings', () => {
  const lines = renderPlan(sample, { width: 100, palette: createPalette(false) });

  it('are summed up in the head', () => {
    expect(lines.slice(5, 8)).toEqual([
      'stays on GitBucket: 1,201 issues, releases',
      '2 findings: 1 bad object, 1 submodule on the old server; 1 refused by GitLab',
      'this GitBucket does not report all webhooks; any that exist stay on it',
    ]);
  });

  it('stand with their owner and repository, what GitLab refuses first', () => {
    expect(lines.slice(9)).toEqual([
      'team → team  new group, private',
      '  2 new: web, docs',
      '  api  new, refs: 1 to create',
      '    abc bad object, refused: badDate',
      '      → let it pass',
      '    main:lib submodule on the old server: points to the old server',
      '      → git config …',
      '  stays on GitBucket: web (1,200 issues, releases), api (1 issue)',
    ]);
  });

  it('are cut on the terminal when they are many, and complete in Markdown', () => {
    const many = Array.from({ length: 15 }, (_, index) => ({ ...refused, object: `object-${index}` }));
    const full = plan([plannedGroup()], [plannedProject('api', { findings: many })]);
    const text = renderPlan(full, { width: 100, palette: createPalette(false) });
    expect(text.filter((line) => line.includes('object-'))).toHaveLength(10);
    expect(text).toContain('    and 5 more findings in plan.md');
    expect(planMarkdown(full).match(/`object-\d+`/g)).toHaveLength(15);
  });

  it('are told in Markdown with every fix', () => {
    const text = planMarkdown(sample);
    expect(text).toContain('- stays on GitBucket: 1,201 issues, releases');
    expect(text).toContain('- `team/web`: 1,200 issues, releases');
    expect(text).toContain('`team/api` `abc`: bad object, refused: badDate\n\n```text\nlet it pass\n```');
  });

  it('make exit code 4 only when GitLab refuses something', () => {
    expect(exitCodeOfPlan(sample)).toBe(4);
    expect(exitCodeOfPlan(plan([], [plannedProject('a', { findings: [note] })]))).toBe(0);
  });

  it('say once what nobody counted, and how to count it', () => {
    const plain = plan([plannedGroup()], [plannedProject('a')], { uncounted: [...uncountedWithoutAsking] });
    const text = renderPlan(plain, { width: 300, palette: createPalette(false) });
    expect(text.filter((line) => line.includes('issues'))).toEqual([
      'issues, labels, milestones, releases, wiki pages, LFS objects, collaborators, webhooks and protected branches stay on GitBucket; gb2gl plan --deep counts them',
    ]);
    expect(planMarkdown(plain)).toContain(
      'protected branches stay on GitBucket; gb2gl plan --deep counts them',
    );
  });
});
