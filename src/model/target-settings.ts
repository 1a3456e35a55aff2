import type { ProjectOptions } from './forge.ts';

type ProjectAt = { id: number; fullPath: string };

/** A deploy key in one project, with its text as the server keeps it. */
export type EnabledKey = { id: number; title: string; key: string; canPush: boolean };

/** `username`: who added it; null when unknown. */
export type KeyOwner = { id: number; deploy: boolean; username: string | null };

/** What a webhook can be called for. */
export const hookEvents = [
  'push',
  'tag-push',
  'issues',
  'merge-requests',
  'notes',
  'wiki',
  'releases',
  'deployments',
] as const;
export type HookEventName = (typeof hookEvents)[number];

/** `failing`: it is not called at the moment, since the receiver failed. */
export type TargetHook = { id: number; url: string; events: HookEventName[]; failing: boolean };

/** The part of a `Target` that sets projects, groups and accounts up. */
export type TargetSettings = {
  /** Sets these and gives them as they are then: what is not taken is not there. */
  setOptions(project: ProjectAt, options: ProjectOptions): Promise<ProjectOptions>;
  /** Protects a branch by its name, at these levels and against rewriting. @throws target-refused (409) when it is protected */
  protectBranch(project: ProjectAt, rule: { name: string; push: number; merge: number }): Promise<void>;
  /** One that is not protected is left so. */
  unprotectBranch(project: ProjectAt, name: string): Promise<void>;
  /** Those that are enabled in the project; null when the token may not read them. */
  deployKeys(projectId: number): Promise<EnabledKey[] | null>;
  /** @throws target-refused, when anybody has the key already where the token does not see it, among other reasons */
  addDeployKey(project: ProjectAt, key: Omit<EnabledKey, 'id'>): Promise<EnabledKey>;
  /** Enables one that there is, for reading only. @throws target-refused when the token may not use it */
  enableDeployKey(project: ProjectAt, keyId: number): Promise<void>;
  setDeployKeyPush(project: ProjectAt, keyId: number, canPush: boolean): Promise<void>;
  /** Null when the token may not read them. */
  hooks(projectId: number): Promise<TargetHook[] | null>;
  /** Is made again each time. @throws target-refused (422) for an address that is not allowed */
  addHook(
    project: ProjectAt,
    hook: { url: string; secret: string | null; events: readonly HookEventName[] },
  ): Promise<void>;
  setHookEvents(
    project: ProjectAt,
    hook: { id: number; url: string },
    events: readonly HookEventName[],
  ): Promise<void>;
  /** The address of the picture that the server shows; null when it shows none, or the token may not see it. */
  avatarOf(of: 'group' | 'user', id: number): Promise<string | null>;
  /** @throws target-refused, target-forbidden */
  setAvatar(
    of: 'group' | 'user',
    place: ProjectAt,
    picture: { name: string; type: string; bytes: Uint8Array },
  ): Promise<void>;
  /** Of an account; comments are not told. */
  sshKeys(userId: number): Promise<{ title: string; key: string }[]>;
  /** The owner gets a mail. @throws target-refused (400) when anybody has the key already, among other reasons */
  addSshKey(account: ProjectAt, key: { title: string; key: string }): Promise<void>;
  /** Whose key has this SHA-256 (in base64, unpadded); null when nobody's, and when the token may not ask. */
  keyOwner(fingerprint: string): Promise<KeyOwner | null>;
};
