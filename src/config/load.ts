import { configInvalid, configMissing, configUnreadable } from '../failures/usage.ts';
import { readFile } from 'node:fs/promises';
import type * as z from 'zod';

import { listed } from '../text/format.ts';
import { nearest } from '../text/nearest.ts';
import { Config, environmentKeys } from './schema.ts';
import { withoutInvisibleEnds } from './token.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** The config file when none is named. */
export const usualConfig = 'migrate.config.json';

/** `named` on the command line: then it has to be there. */
export type ConfigFile = { path: string; named: boolean };

type Tree = { [key: string]: unknown };
/** A value that needs a variable which is not there. */
type Unset = { path: string; name: string };

/**
 * Reads the config file (absent is fine unless it was named), fills `${NAME}` from the environment, lets the four
 * variables win, and validates everything at once. A server that takes no part is given by its address alone.
 * @throws config-unreadable, config-invalid (all problems in one message)
 */
export async function loadConfig(
  file: ConfigFile,
  environment: Environment,
  instead: Instead = {},
): Promise<Config> {
  const unset: Unset[] = [];
  const read = await readTree(file);
  const env = without(environment, instead);
  const tree = substitute(replaced(read === undefined ? {} : read, instead), env, [], unset) as Tree;
  applyEnvironment(tree, env);
  const parsed = Config.safeParse(tree);
  const problems = unset.map(
    ({ path, name }) => `${path}: the environment variable ${name} is not set (export ${name}=…)`,
  );
  if (!parsed.success) {
    const issues = parsed.error.issues.filter(
      (issue) => !unset.some(({ path }) => path === issue.path.join('.')),
    );
    problems.push(...issues.flatMap((issue) => describe(issue, tree, env)));
  }
  if (read === undefined) demandServers(file.path, tree);
  if (problems.length > 0 || !parsed.success) {
    const detail = problems.map((line) => `  - ${line}`).join('\n');
    const where = read === undefined ? `no ${file.path} found` : file.path;
    throw configInvalid(file.path, { count: problems.length, detail, where });
  }
  return parsed.data;
}

/** The address of a server that takes no part: what file and variables say of it does not count. */
export type Instead = Partial<Record<'source' | 'target', string>>;

function replaced(tree: unknown, instead: Instead): unknown {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return tree;
  const sides = Object.entries(instead).map(([side, url]) => [side, { url }]);
  return { ...tree, ...(Object.fromEntries(sides) as Tree) };
}

function without(env: Environment, instead: Instead): Environment {
  const kept = Object.entries(env).filter(([name]) => {
    const [side] = environmentKeys[name as keyof typeof environmentKeys] ?? [];
    return side === undefined || instead[side] === undefined;
  });
  return Object.fromEntries(kept);
}

/** Without a file the variables must name both servers. @throws config-missing */
function demandServers(file: string, tree: Tree): void {
  const unset = ['source', 'target'].filter((side) => valueAt(tree, [side, 'url']) === undefined);
  const variables = unset.map((side) => (side === 'source' ? 'GITBUCKET_URL' : 'GITLAB_URL'));
  if (unset.length === 0) return;
  throw configMissing(file, { variables: `${listed(variables)} ${unset.length === 1 ? 'is' : 'are'}` });
}

/**
 * Where the config puts the reports, for commands that need neither servers nor tokens; null when it does not say.
 * @throws config-unreadable
 */
export async function reportDirIn(file: ConfigFile, env: Environment): Promise<string | null> {
  const report = (substitute(await readTree(file), env, [], []) as Tree | undefined)?.['report'];
  return Config.shape.report.safeParse(report).data?.dir ?? null;
}

/** The file as it stands; undefined when there is none and none was named. @throws config-unreadable */
export async function readConfigText({ path, named }: ConfigFile): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!named && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw configUnreadable(path, { detail: (error as Error).message }, error);
  }
}

/** Undefined when there is no file and none was named. */
async function readTree(file: ConfigFile): Promise<unknown> {
  const text = await readConfigText(file);
  return text === undefined ? undefined : parsedConfig(text, file.path);
}

/** What stands in the file, not yet checked. @throws config-unreadable */
export function parsedConfig(text: string, path: string): unknown {
  try {
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw configUnreadable(path, { detail: `invalid JSON: ${(error as Error).message}` }, error);
  }
}

function substitute(value: unknown, env: Environment, path: string[], unset: Unset[]): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_all, name: string) => {
      const found = env[name];
      if (found === undefined && !overridden(path, env)) unset.push({ path: path.join('.'), name });
      return found ?? '';
    });
  }
  if (Array.isArray(value))
    return value.map((entry, index) => substitute(entry, env, [...path, String(index)], unset));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, substitute(entry, env, [...path, key], unset)]),
  );
}

function overridden(path: string[], env: Environment): boolean {
  return Object.entries(environmentKeys).some(([name, key]) => env[name] && key.join('.') === path.join('.'));
}

function applyEnvironment(tree: Tree, env: Environment): void {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return;
  for (const [name, [section, key]] of Object.entries(environmentKeys)) {
    const value = env[name];
    if (!value) continue;
    const branch = tree[section];
    tree[section] = { ...(typeof branch === 'object' ? branch : {}), [key]: value };
  }
  for (const section of ['source', 'target']) {
    const branch = tree[section] as Tree | null | undefined;
    if (typeof branch?.['url'] === 'string')
      tree[section] = { ...branch, url: withoutInvisibleEnds(branch['url']) };
  }
}

function describe(issue: z.core.$ZodIssue, tree: Tree, env: Environment): string[] {
  const path = issue.path.map(String);
  const where = path.length > 0 ? path.join('.') : 'the file';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, knownKeys(path));
      return `${[...path, key].join('.')}: unknown key${near ? `, did you mean "${near}"?` : ''}`;
    });
  }
  const missing = valueAt(tree, path) === undefined;
  if (missing && path.length === 1 && (where === 'source' || where === 'target'))
    return [missingServer(where)];
  if (missing && path[1] === 'url') return [missingServer(path[0] === 'source' ? 'source' : 'target')];
  const from = Object.entries(environmentKeys).find(
    ([name, key]) => env[name] && key.join('.') === where,
  )?.[0];
  return [`${where}${from === undefined ? '' : ` (from ${from})`}: ${issue.message}`];
}

function missingServer(side: 'source' | 'target'): string {
  const variable = side === 'source' ? 'GITBUCKET_URL' : 'GITLAB_URL';
  return `${side}.url: missing; set it in the config file, or set ${variable} in the environment`;
}

function valueAt(tree: unknown, path: string[]): unknown {
  let value = tree;
  for (const key of path) value = (value as Tree | undefined)?.[key];
  return value;
}

function knownKeys(path: string[]): string[] {
  let shape: unknown = Config;
  for (const key of path) shape = unwrap(shape)?.[key];
  return Object.keys(unwrap(shape) ?? {}).filter((key) => key !== '$schema');
}

/** The keys of an object schema, through the wrappers that defaults and descriptions put around it. */
function unwrap(schema: unknown): Record<string, unknown> | undefined {
  const { def } = schema as { def?: { shape?: Record<string, unknown>; innerType?: unknown } };
  if (def?.innerType) return unwrap(def.innerType);
  return def?.shape;
}
