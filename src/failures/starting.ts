import type { Entry, ErrorContext } from './entry.ts';

/** What keeps a command from starting: wrong usage, configuration, this machine, the work directory. */
export const starting = {
  usage: {
    message: (c) => `${c['detail']}`,
    hint: () => 'see gb2gl --help',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-unreadable': {
    message: (c) => `the config file ${c['object']} cannot be read: ${c['detail']}`,
    hint: () =>
      'name another file with --config FILE, or set GITBUCKET_URL, GITBUCKET_TOKEN, GITLAB_URL and GITLAB_TOKEN',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-invalid': {
    message: (c) => `the configuration (${c['where']}) has ${c['count']} problem(s):\n${c['detail']}`,
    hint: () => 'migrate.config.example.json shows every key; docs/config.md explains them',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-exists': {
    message: (c) => `${c['object']} is there already`,
    hint: () => 'replace it with gb2gl init --force, or write another file with --config FILE',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'config-unwritable': {
    message: (c) => `the config file ${c['object']} cannot be written: ${c['detail']}`,
    hint: () => 'choose a place that you may write to with --config FILE',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'unknown-selection': {
    message: (c) =>
      c['count'] === undefined
        ? `${c['option']} ${c['object']} matches nothing on ${c['server']}${c['note'] ? `: ${c['note']}` : ''}${near(c)}`
        : `${c['count']} names match nothing:\n${c['detail']}`,
    hint: () =>
      'check the spelling and letter case; gb2gl plan --all lists everything that the token can see',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'plan-unreadable': {
    message: (c) => `${c['object']} is not a plan that can be carried out: ${c['detail']}`,
    hint: () => 'write a new one with gb2gl plan; it is plan.json in the report folder',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'plan-of-others': {
    message: (c) => `${c['object']} was made for ${c['source']} and ${c['target']}, not for these servers`,
    hint: () => 'use the config that the plan was made with, or make a new plan',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'plan-drifted': {
    message: (c) => `not as the plan says: ${c['detail']}`,
    hint: () => 'make a new plan with gb2gl plan, look at it, and run that',
    blame: 'you',
    retryable: false,
    exit: 4,
  },
  'git-missing': {
    message: (c) => `git cannot be started: ${c['detail']}`,
    hint: () => 'install git 2.30 or newer and make sure that it is on the PATH',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'work-dir': {
    message: (c) => `the work directory ${c['object']} cannot be used: ${c['detail']}`,
    hint: () => 'choose a writable directory with --work-dir DIR',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'work-dir-locked': {
    message: (c) =>
      `another run (process ${c['pid']}, since ${c['since']}) is using the work directory ${c['object']}`,
    hint: () => 'wait for it to end, stop it, or give this run its own --work-dir',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'journal-damaged': {
    message: (c) => `the journal ${c['object']} is damaged in line ${c['line']}: ${c['detail']}`,
    hint: () =>
      'restore the file from a backup or move it away: a run without a journal re-reads both servers and loses only time',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'journal-of-others': {
    message: (c) => `the journal ${c['object']} belongs to a migration from ${c['source']} to ${c['target']}`,
    hint: () => 'give each pair of servers its own --work-dir, or move the old work directory away',
    blame: 'you',
    retryable: false,
    exit: 2,
  },
  'disk-full': {
    message: (c) => `there is no space left on the disk while working on ${c['object']}`,
    hint: () =>
      'free some space or choose a larger disk with --work-dir DIR, then run the same command again',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  'cannot-start': {
    message: (c) => `the migration cannot succeed as things are:\n${c['detail']}`,
    hint: () =>
      'mend what is named; --waive ID passes by a finding that you know better; gb2gl doctor checks everything',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
} satisfies Record<string, Entry>;

function near(context: ErrorContext): string {
  return context['nearest'] ? ` (did you mean ${context['nearest']}?)` : '';
}
