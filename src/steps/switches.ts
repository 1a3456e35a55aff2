import { targetRefused } from '../failures/target.ts';
import { shortName } from '../gitlab/rules/ref-names.ts';
import type { Noise } from '../model/target-quiet.ts';
import type { Target } from '../model/target.ts';

/** The level of a feature that nobody may use. */
export const disabled = 'disabled';

type Project = { id: number; fullPath: string };

/** Something that a run switches for a while, mostly off, and restores as it was. */
type Switch = {
  /** False when there is nothing to switch off. */
  off(target: Target, project: Project, subject: string): Promise<boolean>;
  restore(target: Target, project: Project, subject: string): Promise<void>;
  /** How people call it when it is as the run set it. */
  left(subject: string): string;
};

/** The settings of a project of which one request switches several. */
const noises = {
  /** CI/CD of a project that this tool fills for the first time; the subject is the level that it gets back. */
  builds: {
    noise: (level, on) => ({ builds: on ? level : disabled }),
    lost: (level) => `its CI/CD could not be set to ${level}`,
    left: () => 'CI/CD is still disabled',
  },
  /** Mails about members, while some come that nobody need be told of. */
  mails: {
    noise: (_, on) => ({ mails: on }),
    lost: () => 'its mails could not be switched on again, which only an Owner or an administrator can do',
    left: () => 'mails to its members are still switched off',
  },
  /** What closes issues that are none of those that a pushed commit means. */
  autoclose: {
    noise: (_, on) => ({ autoclose: on }),
    lost: () => 'the closing of its issues by commits could not be switched on again',
    left: () => 'the closing of its issues by commits is still switched off',
  },
} as const satisfies Record<
  string,
  {
    noise(subject: string, on: boolean): Noise;
    lost(subject: string): string;
    left(subject: string): string;
  }
>;

/** Each with how it is set for a while, and restored. */
export const switches = {
  /** The protection of a branch against rewritten history; its full name can be any key, a short one is `__proto__` at times. */
  'force-push': {
    off: (target, { id }, ref) => target.allowForcePush(id, shortName(ref), true),
    restore: async (target, { id }, ref) => {
      await target.allowForcePush(id, shortName(ref), false);
    },
    left: (ref) => `force-push of ${ref} is still disabled`,
  },
  builds: noisy('builds'),
  mails: noisy('mails'),
  autoclose: noisy('autoclose'),
  /** What tells a chat or a ticket system of a project that this tool fills for the first time; the subject is its kind. */
  integrations: {
    off: (target, project, slug) => target.disableIntegration(project, slug),
    restore: async (target, project, slug) => {
      const detail = `its integration ${slug} could not be switched on again`;
      if (!(await target.inheritIntegration(project, slug)))
        throw targetRefused(project.fullPath, { detail });
    },
    left: (slug) => `its integration ${slug} is still switched off`,
  },
  /** The other way round: a wiki that is open for the members while it is filled; the subject is the level it gets back. */
  wiki: {
    off: (target, { id }) => target.setWiki(id, 'private'),
    restore: async (target, { id, fullPath }, level) => {
      const detail = `its wiki could not be set to ${level}`;
      if (!(await target.setWiki(id, level))) throw targetRefused(fullPath, { detail });
    },
    left: () => 'its wiki is still switched on',
  },
  /** Git LFS of the project, and with it the check of pushes for missing objects (GL-257). */
  lfs: {
    off: (target, { id }) => target.setLfs(id, false),
    restore: async (target, { id, fullPath }) => {
      const detail = 'its Git LFS could not be switched on again';
      if (!(await target.setLfs(id, true))) throw targetRefused(fullPath, { detail });
    },
    left: () => 'Git LFS is still disabled',
  },
} as const satisfies Record<string, Switch>;

export type SwitchName = keyof typeof switches;

type NoiseName = keyof typeof noises;
/** Something that is switched, and which of its kind it is. */
export type SwitchPlace = { name: SwitchName; subject: string };

function noisy(name: NoiseName): Switch {
  const { noise, lost, left } = noises[name];
  return {
    left,
    async off(target, project, subject) {
      return isTaken({ name, subject }, await target.setNoise(project, noise(subject, false)), false);
    },
    async restore(target, project, subject) {
      const now = await target.setNoise(project, noise(subject, true));
      if (isTaken({ name, subject }, now, true)) return;
      throw targetRefused(project.fullPath, { detail: lost(subject) });
    },
  };
}

/** Those of the places that are settings of a project, with the one request that sets them all; null without any. */
export function noiseIn(
  places: readonly SwitchPlace[],
  on: boolean,
): { places: SwitchPlace[]; noise: Noise } | null {
  const found = places.filter(({ name }) => isNoise(name));
  const all = found.map(({ name, subject }) => (isNoise(name) ? noises[name].noise(subject, on) : {}));
  return found.length === 0 ? null : { places: found, noise: Object.assign({}, ...all) as Noise };
}

/** Is the project as it was asked to be? */
export function isTaken({ name, subject }: SwitchPlace, now: Noise, on: boolean): boolean {
  if (!isNoise(name)) return false;
  return Object.entries(noises[name].noise(subject, on)).every(
    ([key, value]) => now[key as keyof Noise] === value,
  );
}

/** What is told when it could not be restored. */
export function lostOf({ name, subject }: SwitchPlace): string {
  return isNoise(name) ? noises[name].lost(subject) : switches[name].left(subject);
}

function isNoise(name: SwitchName): name is NoiseName {
  return name in noises;
}
