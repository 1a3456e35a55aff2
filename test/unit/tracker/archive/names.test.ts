import { describe, expect, test } from 'vitest';
import type { TrackerMilestone } from '../../../../src/model/tracker.ts';
import { labelLines, milestoneLines } from '../../../../src/tracker/archive/labels.ts';
import { membersOf } from '../../../../src/tracker/archive/people.ts';
import { createProblems } from '../../../../src/tracker/archive/problems.ts';
import { code, reference } from '../../../../src/tracker/archive/wording.ts';

describe('labels', () => {
  test('keep their names but for blanks and commas, and their colors but for those that are none', () => {
    const { lines, changed } = labelLines([
      { name: 'bug', color: 'D73A4A' },
      { name: 'Bug', color: '#ffffff' },
      { name: ' a,b ', color: 'red' },
      { name: ' ', color: '000000' },
    ]);
    expect([...lines].map(([name, { title, color }]) => [name, title, color])).toEqual([
      ['bug', 'bug', '#d73a4a'],
      ['Bug', 'Bug', '#ffffff'],
      [' a,b ', 'a;b', '#6699cc'],
    ]);
    expect(changed).toEqual([
      { name: ' a,b ', why: 'it is called a;b' },
      { name: ' a,b ', why: 'its color red is none' },
      { name: ' ', why: 'its name is blank: left out' },
    ]);
  });
});

function milestone(id: number, title: string, dueOn: string | null = null): TrackerMilestone {
  return { id, title, description: '', closed: false, closedAt: null, dueOn };
}

describe('milestones', () => {
  test('are numbered as they were made, each with a title of its own', () => {
    const { lines, changed } = milestoneLines([
      milestone(30, '1.0 '),
      milestone(12, ' 1.0'),
      milestone(20, '1.0'),
      milestone(40, 'x'.repeat(256)),
      milestone(50, 'odd', '2014-02-30'),
    ]);
    expect([...lines].map(([name, { iid, title }]) => [name, iid, title])).toEqual([
      [' 1.0', 1, '1.0 (2)'],
      ['1.0', 2, '1.0'],
      ['1.0 ', 3, '1.0 (3)'],
    ]);
    expect(changed.map(({ why }) => why)).toEqual([
      'it is called 1.0 (2)',
      'it is called 1.0 (3)',
      'its title has more than 255 characters: left out',
      'its due_date Invalid ISO date: left out',
    ]);
  });
});

describe('people', () => {
  test('have one number for each account', () => {
    const problems = createProblems();
    const members = membersOf(
      [
        { login: 'b', username: 'bob', email: 'BOB@corp.example' },
        { login: 'a', username: 'bob', email: 'bob@corp.example' },
        { login: 'c', username: 'cy', email: 'no address' },
        { login: 'd', username: 'dan', email: 'dan@corp.example' },
      ],
      problems,
    );
    expect(['a', 'b', 'c', 'd', 'e'].map((login) => members.number(login))).toEqual([
      101,
      101,
      null,
      102,
      null,
    ]);
    expect(members.lines([102, 101, 101, 1]).map(({ user }) => user.public_email)).toEqual([
      'bob@corp.example',
      'dan@corp.example',
    ]);
    expect(members.username(101)).toBe('bob');
    expect(problems.counts()).toEqual({ 'person-refused': 1 });
  });
});

describe('problems', () => {
  test('are all counted, and as many named as one can read', () => {
    const problems = createProblems();
    for (let number = 1; number <= 30; number += 1) problems.say('label-left-out', `#${number}`, 'gone');
    problems.say('label-left-out', '#1', 'gone');
    problems.say('item-refused', '#3', 'title is blank');
    problems.say('item-refused', '!4', 'iid is odd');
    expect(problems.counts()).toEqual({ 'label-left-out': 31, 'item-refused': 2 });
    expect(problems.refused()).toEqual(['#3', '!4']);
    const [third, fourth, labels] = problems.notices('o/r').map(({ message }) => message);
    expect([third, fourth]).toEqual([
      '#3: GitLab would lose or damage it, so it is not sent: title is blank',
      '!4: GitLab would lose or damage it, so it is not sent: iid is odd',
    ]);
    expect(labels).toMatch(/: #1 \(gone\), #2 \(gone\), .*, #20 \(gone\) and more, 31 in all$/);
  });
});

describe('words in a note', () => {
  test.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`a`', '`` `a` ``'],
    ['a\r\n\tb', '`a b`'],
    ['a\0', '`a`'],
    [' ', '(empty)'],
    ['x'.repeat(1001), `\`${'x'.repeat(1000)}…\``],
  ])('mean nothing, whatever they are', (text, wanted) => {
    expect(code(text)).toBe(wanted);
  });

  test('refer to a label or milestone by its name', () => {
    expect([reference('~', 'to do'), reference('%', 'the "x"')]).toEqual(['~"to do"', '`the "x"`']);
  });
});
