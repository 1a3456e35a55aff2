import type { TrackerIssue, TrackerPull } from '../../src/model/tracker.ts';
import { labelLines, milestoneLines } from '../../src/tracker/archive/labels.ts';
import type { Making, Place } from '../../src/tracker/archive/making.ts';
import { membersOf, type Members } from '../../src/tracker/archive/people.ts';
import { createProblems, type Problems } from '../../src/tracker/archive/problems.ts';

/** mika (101) and ren (102) have accounts on GitLab, nobody else has. */
export function sampleMembers(problems: Problems = createProblems()): Members {
  return membersOf(
    [
      { login: 'ren', username: 'ren.abe', email: 'Ren@corp.example' },
      { login: 'mika', username: 'mika', email: 'mika@corp.example' },
    ],
    problems,
  );
}

export const [base, head, merge, older] = ['b', 'a', 'c', 'd'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];

export const hunk = [
  '@@ -10,4 +10,5 @@ void reset()',
  ' one',
  '-two',
  '+zwei',
  '+drei',
  ' four',
  ' five',
  '',
].join('\n');

export const place: Place = {
  head,
  start: base,
  mergeCommit: merge,
  squashCommit: null,
  diff: (commit) =>
    commit === head
      ? { base, start: base, head, files: [{ oldPath: 'src/a.txt', newPath: 'src/a.txt', text: hunk }] }
      : null,
};

/** With texts as they are: only what is blank is left out. */
export function sampleMaking(changes: Partial<Making> = {}): Making {
  const members = sampleMembers();
  const labels = labelLines([
    { name: 'bug', color: 'D73A4A' },
    { name: 'priority::high', color: '00ff00' },
  ]).lines;
  const milestones = milestoneLines([
    {
      id: 9,
      title: '1.0',
      description: 'First *delivery*',
      closed: true,
      closedAt: '2014-03-01T08:00:00Z',
      dueOn: '2014-02-28',
    },
  ]).lines;
  return {
    repository: 'team-a/reader',
    people: {
      number: (login) => members.number(login),
      assignee: (login) => members.number(login),
      name: (login) => ({ mika: 'Mika Sato', ren: 'Ren Abe', zoe: 'Zoe Lang' })[login] ?? login,
      mention: (login) => (members.number(login) === null ? `\`${login}\`` : `@${login}`),
    },
    texts: {
      text: (body) => (body.trim() === '' ? [] : [body]),
      title: (title) => ({ title, rest: null }),
      attribution: (act, login, at) =>
        members.number(login) === null ? `> *${act} by ${login}, ${at.slice(0, 10)}*` : null,
      lostPlace: ({ path, commit, oldLine, newLine }) =>
        `*On ${path}:${newLine ?? oldLine} of ${commit.slice(0, 7)}*`,
    },
    label: (name) => labels.get(name) ?? null,
    priority: (name) => (name === 'high' ? { label: 'priority::high' } : 'field'),
    milestone: (title) => milestones.get(title) ?? null,
    place: () => place,
    ...changes,
  };
}

export function issue(changes: Partial<TrackerIssue> = {}): TrackerIssue {
  return {
    kind: 'issue',
    number: 1,
    title: 'Stops',
    body: 'See !6',
    author: 'mika',
    createdAt: '2014-01-12T10:20:30Z',
    updatedAt: '2014-02-12T16:00:00Z',
    labels: [],
    milestone: null,
    assignees: [],
    priority: null,
    fields: [],
    comments: [],
    events: [],
    closedAt: null,
    closedBy: null,
    state: 'open',
    ...changes,
  };
}

export function pull(changes: Partial<TrackerPull> = {}): TrackerPull {
  return {
    ...issue(),
    kind: 'pull',
    number: 6,
    title: 'Reset',
    body: 'Closes #1',
    author: 'ren',
    createdAt: '2014-02-11T09:30:00Z',
    updatedAt: '2014-02-12T09:00:00Z',
    state: 'open',
    draft: false,
    head: { repository: 'team-a/reader', branch: 'topic/buffer', commit: head },
    base: { branch: 'main', commit: base },
    mergedAt: null,
    mergedBy: null,
    lineComments: [],
    ...changes,
  };
}
