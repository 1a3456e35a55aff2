/** What is wrong with a directory that `gb2gl export` wrote, or should write. */
import { defineFailure } from './failure.ts';

export const exportUnreadable = defineFailure(
  'export-unreadable',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `${w.object} is not a complete export: ${w.detail}`,
    fix: 'name the directory that gb2gl export wrote; if the export was interrupted, run the same gb2gl export again',
  }),
);

export const exportDamaged = defineFailure(
  'export-damaged',
  { blame: 'you', state: 'failed' },
  (w: { object: string; file: string; detail: string }) => ({
    message: `the export of ${w.object} is damaged (${w.file}): ${w.detail}`,
    fix: 'copy the directory once more from where it was exported and compare it (sha256sum --check SHA256SUMS in it); if it is damaged there too, delete this file and run the same gb2gl export again',
  }),
);

export const exportUnwritable = defineFailure(
  'export-unwritable',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `nothing can be exported to ${w.object}: ${w.detail}`,
    fix: 'name an empty or a new directory, or one that gb2gl export wrote from the same server',
  }),
);

export const bundleFailed = defineFailure(
  'bundle-failed',
  { blame: 'source', state: 'failed' },
  (w: { object: string; detail: string }) => ({
    message: `no bundle can be made of ${w.object}: ${w.detail}`,
    fix: 'run git fsck --full in the directory of the repository on the GitBucket machine: it names what is lost; bring it back from a clone or a backup, then run again; or leave the repository out with --exclude',
  }),
);
