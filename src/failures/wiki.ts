/** What both servers say of a wiki that cannot be read. */
import { defineFailure } from './failure.ts';

export const wikiMissing = defineFailure(
  'wiki-missing',
  { blame: 'source', state: 'noted' },
  (w: { object: string }) => ({
    message: `${w.object} has no wiki on GitBucket`,
    fix: 'nothing needs to be done',
  }),
);

export const wikiUnreadable = defineFailure(
  'wiki-unreadable',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `git cannot read the wiki of ${w.object} on GitBucket (${w.detail})`,
    fix: `run git fsck in repositories/${w.object}.wiki.git on the GitBucket machine and repair what it names, then run again; or leave all wikis on GitBucket: "migrate": { "wiki": false }`,
  }),
);

/** Nobody has asked for the wiki since it was switched on (GL-270). */
export const wikiAbsent = defineFailure(
  'wiki-absent',
  { blame: 'target', state: 'failed' },
  (w: { object: string }) => ({
    message: `the wiki of ${w.object} has no repository on GitLab yet`,
    fix: 'run the same command again: it has GitLab create one',
  }),
);

export const wikiOff = defineFailure(
  'wiki-off',
  { blame: 'target', state: 'failed' },
  (w: { object: string }) => ({
    message: `the wiki of ${w.object} is switched off on GitLab, so nobody can read it there`,
    fix: 'switch it on in the project (Settings > General > Visibility), or run gb2gl migrate, which does that for a while',
  }),
);
