/** What keeps a command from starting or going on that is not a server's doing: usage, configuration, work directory, this machine. */
import { defineFailure, near } from './failure.ts';

export const wrongUsage = defineFailure(
  'usage',
  { blame: 'you', state: 'usage' },
  (w: { object: string; detail: string }) => ({
    message: w.detail,
    fix: 'see gb2gl --help',
  }),
);

export const configUnreadable = defineFailure(
  'config-unreadable',
  { blame: 'you', state: 'usage' },
  (w: { object: string; detail: string }) => ({
    message: `the config file ${w.object} cannot be read: ${w.detail}`,
    fix: 'choose another file with --config FILE, or set GITBUCKET_URL, GITBUCKET_TOKEN, GITLAB_URL and GITLAB_TOKEN',
  }),
);

export const caUnusable = defineFailure(
  'ca-unusable',
  { blame: 'you', state: 'usage' },
  (w: { object: string; side: string; detail: string }) => ({
    message: `the file ${w.object} (caFile of the ${w.side}) cannot be used: ${w.detail}`,
    fix: 'name a PEM file, which begins with -----BEGIN CERTIFICATE-----; one in DER form becomes it with: openssl x509 -inform der -in FILE -out ca.pem',
  }),
);

export const configInvalid = defineFailure(
  'config-invalid',
  { blame: 'you', state: 'usage' },
  (w: { object: string; where: string; count: number | string; detail: string }) => ({
    message: `the configuration (${w.where}) has problems (${w.count}):\n${w.detail}`,
    fix: 'migrate.config.example.json shows every key and docs/config.md explains them; both come with gb2gl',
  }),
);

export const configMissing = defineFailure(
  'config-missing',
  { blame: 'you', state: 'usage' },
  (w: { object: string; variables: string }) => ({
    message: `no servers are configured: ${w.object} does not exist, and ${w.variables} not set`,
    fix: 'run gb2gl init, or set GITBUCKET_URL, GITBUCKET_TOKEN, GITLAB_URL and GITLAB_TOKEN, exported',
  }),
);

export const variableUnusable = defineFailure(
  'variable-unusable',
  { blame: 'you', state: 'usage' },
  (w: { object: string; detail: string; way: string }) => ({
    message: `the environment variable ${w.object} cannot be used: ${w.detail}`,
    fix: `unset it, or ${w.way}`,
  }),
);

export const configExists = defineFailure(
  'config-exists',
  { blame: 'you', state: 'usage' },
  (w: { object: string }) => ({
    message: `${w.object} already exists`,
    fix: 'replace it with gb2gl init --force, or write to another file with --config FILE',
  }),
);

export const configUnwritable = defineFailure(
  'config-unwritable',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `the config file ${w.object} cannot be written: ${w.detail}`,
    fix: 'choose a writable location with --config FILE',
  }),
);

export const unknownSelection = defineFailure(
  'unknown-selection',
  { blame: 'you', state: 'usage' },
  (w: {
    object: string;
    count?: number | string | undefined;
    option?: string | undefined;
    server?: string | undefined;
    note?: string | undefined;
    others?: string | undefined;
    detail?: string | undefined;
    nearest?: string | undefined;
  }) => ({
    message:
      w.count === undefined
        ? `${w.option} ${w.object} matches nothing on ${w.server}${w.note ? `: ${w.note}` : ''}${near(w.nearest)}${w.others ? ` (there: ${w.others})` : ''}`
        : `${w.count} names match nothing:\n${w.detail}`,
    fix: 'check spelling and case; gb2gl plan --all lists everything the token can see',
  }),
);

export const planUnreadable = defineFailure(
  'plan-unreadable',
  { blame: 'you', state: 'usage' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} is not a plan that can be applied: ${w.detail}`,
    fix: 'create a new one with gb2gl plan, which writes plan.json to the report directory',
  }),
);

export const planOfOthers = defineFailure(
  'plan-of-others',
  { blame: 'you', state: 'usage' },
  (w: { object: string; source: string; target: string }) => ({
    message: `${w.object} was created for ${w.source} and ${w.target}, not for these servers`,
    fix: 'use the config that the plan was created with, or create a new plan; if they are the same servers under new names, add --same-servers',
  }),
);

export const planDrifted = defineFailure(
  'plan-drifted',
  { blame: 'you', state: 'drifted' },
  (w: { object: string; detail: string }) => ({
    message: `changed since the plan was created: ${w.detail}`,
    fix: 'create a new plan with gb2gl plan, review it, and run it',
  }),
);

export const workDirUnusable = defineFailure(
  'work-dir',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `the work directory ${w.object} cannot be used: ${w.detail}`,
    fix: 'choose a writable directory with --work-dir DIR',
  }),
);

export const workDirLocked = defineFailure(
  'work-dir-locked',
  { blame: 'you', state: 'not-started' },
  (w: {
    object: string;
    pid: number | string;
    host: string;
    since: string;
    silentSeconds?: number | undefined;
  }) => {
    const [silence, wait] =
      w.silentSeconds === undefined
        ? ['', '']
        : [
            `, last sign of life ${w.silentSeconds} s ago`,
            '; if its machine or container is gone, run again two minutes after its last sign of life',
          ];
    return {
      message: `another run (process ${w.pid} on ${w.host}, since ${w.since}${silence}) is using the work directory ${w.object}`,
      fix: `wait for it to finish, or give this run its own --work-dir${wait}`,
    };
  },
);

export const workDirLost = defineFailure(
  'work-dir-lost',
  { blame: 'you', state: 'failed' },
  (w: { object: string }) => ({
    message: `this run has lost the work directory ${w.object}: it gave no sign of life for so long (suspended machine, broken network disk) that another run took it over`,
    fix: 'run the same command again when no other run uses the directory; nothing was written since',
  }),
);

export const reportDirUnusable = defineFailure(
  'report-dir',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `the reports cannot be written to ${w.object}: ${w.detail}`,
    fix: 'choose a writable directory with "report": { "dir": "DIR" } in the config, or another --work-dir DIR',
  }),
);

export const journalDamaged = defineFailure(
  'journal-damaged',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; line: number | string; detail: string }) => ({
    message: `the journal ${w.object} is damaged at line ${w.line}: ${w.detail}`,
    fix: 'restore the file from a backup or move it away; without a journal gb2gl rereads both servers, which only costs time',
  }),
);

export const journalOfOthers = defineFailure(
  'journal-of-others',
  { blame: 'you', state: 'usage' },
  (w: { object: string; source: string; target: string }) => ({
    message: `the journal ${w.object} belongs to a migration from ${w.source} to ${w.target}`,
    fix: 'give each pair of servers its own --work-dir, or move the old work directory away; if they are the same servers under new names, add --same-servers',
  }),
);

export const diskFull = defineFailure(
  'disk-full',
  { blame: 'you', state: 'failed' },
  (w: { object: string }) => ({
    message: `no space left on the disk while working on ${w.object}`,
    fix: 'free up some space or choose a larger disk with --work-dir DIR, then run the same command again',
  }),
);

export const cannotStart = defineFailure(
  'cannot-start',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `the migration cannot succeed with the current setup:\n${w.detail}`,
    fix: 'fix the problems listed above, or ignore a finding you have checked yourself with --waive CODE; gb2gl doctor checks everything',
  }),
);

export const tokenMissing = defineFailure(
  'token-missing',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; variable: string; side: string }) => ({
    message: `no token for ${w.server}`,
    fix: `set ${w.variable} in the environment, exported, or "token" of the ${w.side} in the config`,
  }),
);

export const interruption = defineFailure('interrupted', { blame: 'you', state: 'interrupted' }, () => ({
  message: 'interrupted',
  fix: 'run the same command again',
}));

export const notConfirmed = defineFailure('not-confirmed', { blame: 'you', state: 'interrupted' }, () => ({
  message: 'nothing was changed: the question was not answered with yes',
  fix: 'run the same command again when you agree; --yes skips the question',
}));

export const unexpected = defineFailure(
  'unexpected',
  { blame: 'us', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `unexpected error on ${w.object}: ${w.detail}`,
    fix: 'this is a bug in gb2gl; please report it with the output of --verbose',
  }),
);

export const standstill = defineFailure(
  'standstill',
  { blame: 'us', state: 'failed' },
  (w: { object: string }) => ({
    message: `${w.object} waits for something that will never come`,
    fix: 'this is a bug in gb2gl: run the same command again to continue, and please report it with the output of --verbose',
  }),
);
