export type GitConfig = readonly (readonly [string, string])[];

/** The environment that a server's git gets: this configuration, and nothing of the user's own. */
export function gitEnvironment(
  config: GitConfig,
  others: Readonly<NodeJS.ProcessEnv> = {},
): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  const env: NodeJS.ProcessEnv = {
    PATH,
    HOME,
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: String(config.length),
    ...others,
  };
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}
