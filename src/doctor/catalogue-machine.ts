import { nothing, type CheckEntry } from './entry.ts';

/** What doctor can find on this machine and on the way to a server. */
export const machineCatalogue = {
  node: {
    level: 'ok',
    sentence: (c) => `Node ${c['version']}`,
    wayOut: nothing,
  },
  'node-old': {
    level: 'warning',
    sentence: (c) => `Node ${c['version']} is older than ${c['least']}`,
    wayOut: () => 'install a newer one',
  },
  git: {
    level: 'ok',
    sentence: (c) => `git ${c['version']}`,
    wayOut: nothing,
  },
  'git-absent': {
    level: 'warning',
    sentence: (c) => `git cannot be started (${c['detail']}): what the relay cannot move would fail`,
    wayOut: (c) => `install git ${c['least']} or newer and make sure that it is on the PATH`,
  },
  'git-old': {
    level: 'warning',
    sentence: (c) => `git ${c['version']} is older than ${c['least']}: what the relay cannot move may fail`,
    wayOut: () => 'install a newer one',
  },
  'work-dir-usable': {
    level: 'ok',
    sentence: (c) => `the work directory ${c['object']} can be written to`,
    wayOut: nothing,
  },
  'disk-space': {
    level: 'ok',
    sentence: (c) => `${c['free']} free for the work directory`,
    wayOut: nothing,
  },
  'disk-low': {
    level: 'warning',
    sentence: (c) => `only ${c['free']} free for the work directory ${c['object']}`,
    wayOut: () =>
      'repositories that need a mirror take their own size there; free some space or choose a larger disk with --work-dir DIR',
  },
  certificate: {
    level: 'ok',
    sentence: (c) => `the certificate is trusted and valid until ${c['date']}`,
    wayOut: nothing,
  },
  'certificate-expires': {
    level: 'warning',
    sentence: (c) => `the certificate of ${c['object']} expires on ${c['date']} (${c['days']})`,
    wayOut: () => 'have it renewed before the migration is over',
  },
  unencrypted: {
    level: 'warning',
    sentence: (c) => `${c['object']} is not https: the token travels readable for everybody on the way`,
    wayOut: () => 'use the https address',
  },
  proxy: {
    level: 'note',
    sentence: (c) => `requests to ${c['object']} go through the proxy ${c['proxy']} (${c['variable']})`,
    wayOut: (c) => `NO_PROXY=${c['host']} leads around it`,
  },
  'proxy-bypassed': {
    level: 'note',
    sentence: (c) => `${c['variable']} names the proxy ${c['proxy']}, but NO_PROXY excepts ${c['host']}`,
    wayOut: nothing,
  },
  clock: {
    level: 'ok',
    sentence: () => 'its clock agrees with that of this machine',
    wayOut: nothing,
  },
  'clock-differs': {
    level: 'warning',
    sentence: (c) => `the clock of ${c['server']} is ${c['difference']} that of this machine`,
    wayOut: () =>
      'set both by NTP: times in reports and journals, and what waits for a time, go wrong otherwise',
  },
  'clocks-disagree': {
    level: 'warning',
    sentence: (c) => `the clocks of GitBucket and GitLab differ by ${c['difference']}`,
    wayOut: () => 'set both by NTP: events of both servers cannot be put in order otherwise',
  },
} satisfies Record<string, CheckEntry>;
