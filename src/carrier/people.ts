import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import * as z from 'zod';
import { exportDamaged } from '../failures/carrier.ts';
import { readEach } from '../failures/read-each.ts';
import type { Owner, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import {
  BranchRules,
  Collaborator,
  DeployKey,
  Member,
  People,
  RepositoryOptions,
  SshKey,
  toldOf,
  Via,
  Webhooks,
  type Avatar,
  type PeopleVerbs,
  type Told,
} from '../model/people.ts';
import type { RepositoryName } from '../model/source.ts';
import { replaceFile, sha256Of } from './files.ts';

/** What an export holds of people and settings: `people.json`, the pictures beside it, and a part of each repository.json. */

export const CarriedSettings = z.object({
  collaborators: toldOf(z.array(Collaborator)),
  options: toldOf(RepositoryOptions),
  branchRules: toldOf(BranchRules),
  deployKeys: toldOf(z.array(DeployKey)),
  webhooks: toldOf(Webhooks),
});
export type CarriedSettings = z.infer<typeof CarriedSettings>;

const CarriedPeople = z.object({
  people: toldOf(People),
  members: z.record(z.string(), toldOf(z.array(Member))),
  sshKeys: z.record(z.string(), toldOf(z.array(SshKey))),
  avatars: z.record(
    z.string(),
    z.object({
      custom: z.boolean().nullable(),
      picture: z.object({ type: z.string(), sha256: z.string() }).nullable(),
      via: z.array(Via),
    }),
  ),
});
type CarriedPeople = z.infer<typeof CarriedPeople>;

const fileName = 'people.json';
const avatarFolder = 'avatars';

/** SHA-256 of `people.json`, and of each picture. */
export const PeopleFiles = z.object({ sha256: z.string(), pictures: z.array(z.string()) });
export type PeopleFiles = z.infer<typeof PeopleFiles>;

/** Reads the settings of one repository. Secrets of webhooks stay where they are. */
export async function readSettings(
  source: PeopleVerbs,
  repository: Repository,
  branches: readonly string[],
): Promise<CarriedSettings> {
  const webhooks = await source.webhooks(repository);
  const hooks = webhooks.value?.hooks.map((hook) => ({ ...hook, secret: null })) ?? [];
  return {
    collaborators: await source.collaborators(repository),
    options: await source.options(repository),
    branchRules: await source.branchRules(repository, branches),
    deployKeys: await source.deployKeys(repository),
    webhooks: { ...webhooks, value: webhooks.value && { ...webhooks.value, hooks } },
  };
}

/**
 * Writes what is known of people: of these owners, of the members of groups among them, and of the users and groups that
 * are named besides. What cannot be read of one account becomes a problem.
 */
export async function exportPeople(
  source: PeopleVerbs,
  directory: string,
  owners: readonly Owner[],
  named: ReadonlyMap<string, Owner['kind']>,
): Promise<{ files: PeopleFiles; problems: Notice[] }> {
  const problems: Notice[] = [];
  const limit = pLimit(4);
  async function each<T>(
    logins: Iterable<string>,
    read: (login: string) => Promise<T>,
  ): Promise<Record<string, T>> {
    const byLogin = await readEach(logins, String, (login) => limit(() => read(login)), problems);
    return Object.fromEntries(byLogin);
  }

  const kinds = new Map([...named, ...owners.map(({ login, kind }) => [login, kind] as const)]);
  const groups = [...kinds].filter(([, kind]) => kind === 'group').map(([login]) => login);
  const people = await source.people();
  const members = await each(groups, (group) => source.members(group));
  const users = new Set([...kinds].filter(([, kind]) => kind === 'user').map(([login]) => login));
  for (const { value } of Object.values(members)) for (const { login } of value ?? []) users.add(login);
  const sshKeys = await each(users, (login) => source.sshKeys(login));
  // Two people may have one picture, and a file has one writer.
  const pictures = new Map<string, Promise<void>>();
  await mkdir(join(directory, avatarFolder), { recursive: true, mode: 0o700 });
  const avatars = await each([...users, ...groups], async (login) => {
    const { value, via } = await source.avatar(login);
    const custom = value?.custom ?? null;
    if (!value?.picture) return { custom, picture: null, via };
    const { type, bytes } = value.picture;
    const sha256 = sha256Of(bytes);
    const written = pictures.get(sha256) ?? replaceFile(join(directory, avatarFile(sha256)), bytes);
    pictures.set(sha256, written);
    await written;
    return { custom, picture: { type, sha256 }, via };
  });
  const carried: CarriedPeople = { people, members, sshKeys, avatars };
  const text = `${JSON.stringify(carried)}\n`;
  await replaceFile(join(directory, fileName), text);
  return { files: { sha256: sha256Of(text), pictures: [...pictures.keys()].sort() }, problems };
}

/** Where a picture lies within an export. */
function avatarFile(sha256: string): string {
  return join(avatarFolder, sha256);
}

/** The files that hold people, with their SHA-256. */
export function filesOfPeople(directory: string, { sha256, pictures }: PeopleFiles): [string, string][] {
  return [
    [join(directory, fileName), sha256],
    ...pictures.map((picture): [string, string] => [join(directory, avatarFile(picture)), picture]),
  ];
}

/**
 * People and settings as an export tells them; an older one holds none.
 * @throws export-damaged when a file is not what was written
 */
export function carriedPeople(
  directory: string,
  sha256: string | undefined,
  settings: (repository: RepositoryName) => Promise<CarriedSettings | undefined>,
): PeopleVerbs {
  let read: Promise<CarriedPeople | null> | null = null;
  const all = (): Promise<CarriedPeople | null> =>
    (read ??= sha256 === undefined ? Promise.resolve(null) : readPeople(directory, sha256));
  const none = { value: null, via: [], notices: [] };
  const setting =
    <K extends keyof CarriedSettings>(key: K) =>
    async (repository: RepositoryName): Promise<CarriedSettings[K]> =>
      (await settings(repository))?.[key] ?? none;
  return {
    session: () => Promise.resolve({ state: 'none', notices: [] }),
    people: async () => (await all())?.people ?? none,
    members: async (group) => (await all())?.members[group] ?? none,
    collaborators: setting('collaborators'),
    options: setting('options'),
    branchRules: setting('branchRules'),
    deployKeys: setting('deployKeys'),
    webhooks: setting('webhooks'),
    sshKeys: async (login) => (await all())?.sshKeys[login] ?? none,
    async avatar(login): Promise<Told<Avatar>> {
      const carried = (await all())?.avatars[login];
      if (carried === undefined || carried.via.length === 0) return none;
      const { custom, picture, via } = carried;
      if (picture === null) return { value: { custom, picture }, via, notices: [] };
      const bytes = await checked(directory, avatarFile(picture.sha256), picture.sha256);
      return { value: { custom, picture: { type: picture.type, bytes } }, via, notices: [] };
    },
  };
}

async function readPeople(directory: string, sha256: string): Promise<CarriedPeople> {
  const bytes = await checked(directory, fileName, sha256);
  return CarriedPeople.parse(JSON.parse(bytes.toString('utf8')));
}

async function checked(directory: string, name: string, sha256: string): Promise<Buffer> {
  const file = join(directory, name);
  const bytes = await readFile(file).catch((error: Error) => {
    throw exportDamaged(name, { file, detail: error.message }, error);
  });
  if (sha256Of(bytes) !== sha256)
    throw exportDamaged(name, { file, detail: 'it is not the file that was exported' });
  return bytes;
}
