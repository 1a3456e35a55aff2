import type { Config } from '../config/schema.ts';
import { MigrationError } from '../errors.ts';
import type { Redactor } from '../net/redact.ts';
import { createSelection } from '../plan/select.ts';
import type { Runtime } from '../runtime.ts';
import type { Source } from '../source/gitbucket.ts';
import { readInventory } from '../source/inventory.ts';
import type { Target } from '../target/gitlab.ts';
import { createSource, createTarget } from './servers.ts';

export type SourceLook = {
  login: string;
  /** Null when the source does not tell. */
  admin: boolean | null;
  /** Null when the source has no list of its owners. */
  holds: { groups: number; users: number; repositories: number } | null;
  /** What could not be read, in the words for people. */
  problems: string[];
};

export type TargetLook = { version: string; username: string; admin: boolean; canCreateGroup: boolean };

/** What the source holds for this token. @throws what connecting to it throws */
export async function lookAtSource(
  config: Pick<Config, 'source' | 'limits'>,
  runtime: Runtime,
  redactor: Redactor,
): Promise<SourceLook> {
  const source = await createSource(config, runtime, () => {}, redactor);
  const user = await source.connect();
  return { login: user.login, admin: user.site_admin ?? null, ...(await holdings(source)) };
}

async function holdings(source: Source): Promise<Pick<SourceLook, 'holds' | 'problems'>> {
  const none = { groups: [], users: [], repositories: [] };
  const selection = createSelection({ all: true, ...none, include: ['*/*'], exclude: [] });
  try {
    const found = await readInventory(source, { selection, known: [], progress() {} });
    const groups = found.owners.filter(({ kind }) => kind === 'group').length;
    const users = found.owners.length - groups;
    return {
      holds: { groups, users, repositories: found.repositories.length },
      problems: [...found.problems.map(({ message }) => message), ...found.warnings],
    };
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'owners-unlisted') throw error;
    return { holds: null, problems: [error.message] };
  }
}

/** Who the token is on the target, which is connected then. @throws what connecting to it throws */
export async function lookAtTarget(
  config: Pick<Config, 'target' | 'limits'>,
  runtime: Runtime,
  redactor: Redactor,
): Promise<{ look: TargetLook; target: Target }> {
  const target = await createTarget(config, runtime, () => {}, redactor);
  const { version, user } = await target.connect();
  const { username, admin, canCreateGroup } = user;
  return { look: { version, username, admin, canCreateGroup }, target };
}
