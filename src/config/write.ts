import { configExists, configUnwritable } from '../failures/usage.ts';
import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

type Server = { url: string; caFile: string | null };

export type NewConfig = {
  source: Server;
  target: Server & { parentGroup: string | null };
  /** What `$schema` says; null leaves it out. */
  schema: string | null;
};

/** The text of a config file that has the tokens as references to the environment, and defaults for all else. */
export function configText({ source, target, schema }: NewConfig): string {
  const config = {
    ...(schema === null ? {} : { $schema: schema }),
    source: { url: source.url, token: '${GITBUCKET_TOKEN}', ...certificate(source) },
    target: {
      url: target.url,
      token: '${GITLAB_TOKEN}',
      parentGroup: target.parentGroup,
      ...certificate(target),
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function certificate({ caFile }: Server): { caFile?: string } {
  return caFile === null ? {} : { caFile };
}

/**
 * How a config file names the schema so that editors find it: relative when the schema is below the file's folder, as in
 * a project that has the package installed; otherwise a file URL, for a package that is installed for the whole machine.
 */
export function schemaReference(configFile: string, schemaFile: string): string {
  const path = relative(dirname(configFile), schemaFile);
  if (path === '' || path.startsWith('..') || path.includes(':')) return pathToFileURL(schemaFile).href;
  return `./${path.split(sep).join('/')}`;
}

/**
 * Writes a file that only its owner can read, whole or not at all; a link to it stays a link.
 * `keepMode`: others may read it who could before.
 * @throws config-exists when it is there and must not be replaced, config-unwritable
 */
export async function writeConfig(
  path: string,
  text: string,
  { replace, keepMode = false }: { replace: boolean; keepMode?: boolean },
): Promise<void> {
  try {
    if (!replace) return await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    const file = await realpath(path);
    const draft = `${file}.new`;
    await rm(draft, { force: true });
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    if (keepMode) await chmod(draft, (await stat(file)).mode & 0o777);
    await rename(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw configExists(path);
    throw configUnwritable(path, { detail: (error as Error).message }, error);
  }
}
