import type { Entry } from './entry.ts';

/** What goes wrong while groups, projects and objects are on their way, or in the proof. */
export const moving = {
  'namespace-failed': {
    message: (c) => `${c['object']} cannot be made because its group failed: ${c['detail']}`,
    hint: () => 'solve the problem of the group first, then run the same command again',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'target-refused': {
    message: (c) => `GitLab refuses ${c['object']}: ${c['detail']}`,
    hint: () => "the text is GitLab's own; correct what it names, then run the same command again",
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'target-forbidden': {
    message: (c) => `the GitLab token may not do this for ${c['object']}: ${c['detail']}`,
    hint: () => 'give its user the role Owner in the group, or use a token of a GitLab administrator',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  maintenance: {
    message: (c) => `GitLab at ${c['object']} is in maintenance mode and takes no changes`,
    hint: () => 'wait until the administrator ends it, then run the same command again',
    blame: 'target',
    retryable: false,
    exit: 3,
  },
  'rate-limited': {
    message: (c) => `${c['server']} at ${c['object']} asks for fewer requests (429)`,
    hint: () => 'the tool waits as told; if it happens often lower "limits" in the config',
    blame: 'target',
    retryable: true,
    exit: 1,
  },
  'server-error': {
    message: (c) => `${c['server']} answers ${c['status']} to ${c['object']}: ${c['detail']}`,
    hint: () => 'look into the log of the server; run the same command again later',
    blame: 'target',
    retryable: true,
    exit: 1,
  },
  timeout: {
    message: (c) => `${c['server']} did not answer ${c['object']} within ${c['seconds']} s`,
    hint: () =>
      'the server is overloaded or a proxy holds the connection; lower "limits" in the config and run again',
    blame: 'network',
    retryable: true,
    exit: 1,
  },
  'push-unpack': {
    message: (c) => `GitLab refuses the objects of ${c['object']}: ${c['detail']}`,
    hint: () =>
      'GitLab checks every object (git fsck); ask its administrator to set receive.fsck.<check>=ignore or a skip list for this repository, or rewrite the history',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'push-too-large': {
    message: (c) =>
      `GitLab, or a proxy before it, takes no push as large as that of ${c['object']}: ${c['detail']}`,
    hint: () =>
      "the push is split along the history; when one commit alone is too large, the administrator must raise the limit (receive_max_input_size, or the proxy's body size)",
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'relay-unfit': {
    message: (c) => `${c['object']} cannot be moved without a mirror on disk: ${c['detail']}`,
    hint: () => 'run again with --transport auto or --transport mirror',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  'push-failed': {
    message: (c) => `the push of ${c['object']} failed: ${c['detail']}`,
    hint: () => 'run the same command again: what arrived is kept',
    blame: 'target',
    retryable: true,
    exit: 1,
  },
  'fetch-failed': {
    message: (c) => `the fetch of ${c['object']} failed: ${c['detail']}`,
    hint: () =>
      'run the same command again; if it stays, run git fsck on the repository of the GitBucket machine',
    blame: 'source',
    retryable: true,
    exit: 1,
  },
  'git-failed': {
    message: (c) => `git failed on ${c['object']}: ${c['detail']}`,
    hint: () =>
      'run the same command again with --verbose; if it stays, remove the mirror below the work directory',
    blame: 'us',
    retryable: false,
    exit: 1,
  },
  'not-proven': {
    message: (c) => `${c['object']} differs from the source in ${c['count']} ref(s)`,
    hint: () =>
      'run migrate again; a ref that somebody changed on GitLab is listed as diverged and stays untouched',
    blame: 'target',
    retryable: false,
    exit: 1,
  },
  'group-missing': {
    message: (c) => `the group of ${c['object']} does not exist at ${c['target']} on GitLab`,
    hint: () => 'run gb2gl migrate for it first',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  'project-missing': {
    message: (c) => `${c['object']} has no project at ${c['target']} on GitLab`,
    hint: () => 'run gb2gl migrate for it first',
    blame: 'you',
    retryable: false,
    exit: 1,
  },
  interrupted: {
    message: () => 'interrupted',
    hint: () => 'run the same command again to go on where it stopped',
    blame: 'you',
    retryable: false,
    exit: 130,
  },
  unexpected: {
    message: (c) => `unexpected failure on ${c['object']}: ${c['detail']}`,
    hint: () => 'this is a fault of gb2gl; please report it together with the output of --verbose',
    blame: 'us',
    retryable: false,
    exit: 1,
  },
} satisfies Record<string, Entry>;
