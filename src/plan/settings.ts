import type { Config } from '../config/schema.ts';
import type { PlanSettings } from '../model.ts';

/** What decides a plan besides what the two servers hold; a plan keeps it, so that carrying it out decides the same. */
export function settingsOf(config: Config, prune: boolean): PlanSettings {
  const { target, map, visibility, userRepositories, migrate } = config;
  return { parentGroup: target.parentGroup, map, visibility, userRepositories, notes: migrate.notes, prune };
}

/** The config with which the plan was made: servers, tokens and limits are those of today. */
export function withSettings(config: Config, settings: PlanSettings): Config {
  const { parentGroup, map, visibility, userRepositories, notes } = settings;
  return {
    ...config,
    target: { ...config.target, parentGroup },
    map,
    visibility,
    userRepositories,
    migrate: { ...config.migrate, notes },
  };
}
