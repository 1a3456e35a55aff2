import { describe, expect, it } from 'vitest';
import { mergedFixes } from '../../../src/report/merged-fixes.ts';
import { planMarkdown } from '../../../src/report/plan-markdown.ts';
import { verdictOfPlan, writesAnything } from '../../../src/report/plan-summary.ts';
import { renderPlan } from '../../../src/report/plan-view.ts';
import { displayWidth } from '../../../src/text/lines.ts';
import { createPalette } from '../../../src/ui/terminal.ts';
import { plan, plannedGroup, plannedPerson, somePeople } from './samples.ts';

const sample = plan([], [], { people: somePeople });
const view = { width: 80, palette: createPalette(false) };

describe('people in a plan', () => {
  it('stand in one screen, first who needs somebody, each with the evidence', () => {
    const lines = renderPlan(sample, view);
    const from = lines.indexOf('People');
    expect(lines.slice(from, from + 8)).toEqual([
      'People',
      '  carol → ?        to decide; GitLab has an account carol with another mail',
      '                   address; Nobody knows whether it is theirs.',
      '  dave  → -        no account; disabled on GitBucket',
      '  bob   → bob      new account; LDAP will not find it',
      '  alice → alice.w  named in "map.users"',
      '',
      'Suggested fixes for migrate.config.json',
    ]);
  });

  it('are counted, wait for a decision, and offer what can be pasted', () => {
    const lines = renderPlan(plan([plannedGroup()], [], { people: somePeople }), view);
    expect(lines).toContain('4 people: 1 to decide, 1 without an account, 1 to create, 1 with an account');
    expect(verdictOfPlan(sample).title).toBe('1 item needs your decision');
    expect(mergedFixes(sample)).toEqual({ map: { users: { carol: 'carol' } } });
    expect(writesAnything(sample)).toBe(false);
  });

  it('are in plan.md, all of them', () => {
    const markdown = planMarkdown(sample);
    expect(markdown).toContain('## People');
    expect(markdown).toContain('| `alice` |  | `alice.w` | named in "map.users" |  |');
    expect(markdown).toContain('disabled on GitBucket');
  });

  it('of whom there are many are told where they are; narrow terminals hold', () => {
    const many = Array.from({ length: 60 }, (_, index) => plannedPerson(`person-${index}`));
    const lines = renderPlan(plan([], [], { people: many }), { ...view, width: 40 });
    expect(lines).toContain('  and 20 more people in plan.md');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it('show only who waits when all else is quiet', () => {
    const lines = renderPlan(sample, { ...view, quiet: true });
    expect(lines.join('\n')).toContain('carol');
    expect(lines.join('\n')).not.toContain('alice');
  });
});
