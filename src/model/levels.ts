/** Roles as GitLab's API has them (GL-111). */
export const ownerLevel = 50;
export const maintainerLevel = 40;
export const developerLevel = 30;
export const reporterLevel = 20;

/** How people call a level. */
export function levelName(level: number): string {
  if (level >= ownerLevel) return 'Owner';
  if (level >= maintainerLevel) return 'Maintainer';
  return level >= developerLevel ? 'Developer' : 'Reporter';
}
