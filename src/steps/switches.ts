import { targetRefused } from '../failures/target.ts';
import { shortName } from '../gitlab/rules/ref-names.ts';
import type { Target } from '../model/target.ts';

/** The level of a feature that nobody may use. */
export const disabled = 'disabled';

/** Something that a run switches for a while, mostly off, and restores as it was. */
type Switch = {
  /** False when there is nothing to switch off. */
  off(target: Target, projectId: number, subject: string): Promise<boolean>;
  restore(target: Target, projectId: number, subject: string): Promise<void>;
  /** How people call it when it is as the run set it. */
  left(subject: string): string;
};

/** Each with how it is set for a while, and restored. */
export const switches = {
  /** The protection of a branch against rewritten history; its full name can be any key, a short one is `__proto__` at times. */
  'force-push': {
    off: (target, projectId, ref) => target.allowForcePush(projectId, shortName(ref), true),
    restore: async (target, projectId, ref) => {
      await target.allowForcePush(projectId, shortName(ref), false);
    },
    left: (ref) => `force-push of ${ref} is still disabled`,
  },
  /** CI/CD of a project that this tool fills for the first time; the subject is the level that it gets back. */
  builds: {
    off: (target, projectId) => target.setBuilds(projectId, disabled),
    restore: async (target, projectId, level) => {
      const detail = `its CI/CD could not be set to ${level}`;
      if (!(await target.setBuilds(projectId, level))) throw targetRefused(String(projectId), { detail });
    },
    left: () => 'CI/CD is still disabled',
  },
  /** The other way round: a wiki that is open for the members while it is filled; the subject is the level it gets back. */
  wiki: {
    off: (target, projectId) => target.setWiki(projectId, 'private'),
    restore: async (target, projectId, level) => {
      const detail = `its wiki could not be set to ${level}`;
      if (!(await target.setWiki(projectId, level))) throw targetRefused(String(projectId), { detail });
    },
    left: () => 'its wiki is still switched on',
  },
  /** Git LFS of the project, and with it the check of pushes for missing objects (GL-257). */
  lfs: {
    off: (target, projectId) => target.setLfs(projectId, false),
    restore: async (target, projectId) => {
      const detail = 'its Git LFS could not be switched on again';
      if (!(await target.setLfs(projectId, true))) throw targetRefused(String(projectId), { detail });
    },
    left: () => 'Git LFS is still disabled',
  },
} as const satisfies Record<string, Switch>;

export type SwitchName = keyof typeof switches;
