const LEVELS: Record<number, string> = {
  0: 'No one',
  30: 'Developers + Maintainers',
  40: 'Maintainers',
  60: 'Instance admins',
};

/** An access level as protections show it. */
export function levelEntity(value: number): Record<string, unknown> {
  return { access_level: value, access_level_description: LEVELS[value] ?? String(value) };
}
