import * as z from 'zod';
import type { EnabledKey, TargetSettings } from '../model/target-settings.ts';
import type { GitLabClient } from './client.ts';
import { unlessHidden } from './errors.ts';

const Enabled = z.object({
  id: z.number(),
  title: z.string(),
  key: z.string(),
  can_push: z.boolean().default(false),
});

const Personal = z.object({ title: z.string(), key: z.string() });

/** Only a deploy key has a list of its projects, be it empty. */
const Owned = z.object({
  id: z.number(),
  user: z.object({ username: z.string() }).nullish(),
  deploy_keys_projects: z.array(z.unknown()).optional(),
});

type KeyVerbs = Pick<
  TargetSettings,
  | 'deployKeys'
  | 'addDeployKey'
  | 'enableDeployKey'
  | 'setDeployKeyPush'
  | 'keyOwner'
  | 'sshKeys'
  | 'addSshKey'
>;

/** SSH keys of projects (GL-461, GL-465, GL-466). */
export function createKeyVerbs(gitlab: GitLabClient): KeyVerbs {
  return {
    async deployKeys(projectId) {
      const path = `/projects/${projectId}/deploy_keys`;
      const keys = await unlessHidden(gitlab.list({ path, type: Enabled, object: String(projectId) }));
      return keys?.map(keyOf) ?? null;
    },
    async addDeployKey({ id, fullPath }, { title, key, canPush }) {
      const made = await gitlab.request(`deploy key ${title} of ${fullPath}`, Enabled, (api) =>
        api.DeployKeys.create(id, title, key, { canPush }),
      );
      return keyOf(made);
    },
    async enableDeployKey({ id, fullPath }, keyId) {
      await gitlab.request(`deploy key ${keyId} of ${fullPath}`, z.unknown(), (api) =>
        api.DeployKeys.enable(id, keyId),
      );
    },
    async setDeployKeyPush({ id, fullPath }, keyId, canPush) {
      await gitlab.request(`deploy key ${keyId} of ${fullPath}`, z.unknown(), (api) =>
        api.DeployKeys.edit(id, keyId, { canPush }),
      );
    },
    sshKeys(userId) {
      const path = `/users/${userId}/keys`;
      return gitlab.list({ path, type: Personal, object: `keys of user ${userId}` });
    },
    async addSshKey({ id, fullPath }, { title, key }) {
      await gitlab.request(`SSH key ${title} of ${fullPath}`, z.unknown(), (api) =>
        api.UserSSHKeys.create(title, key, { userId: id }),
      );
    },
    async keyOwner(fingerprint) {
      const asked = `SHA256:${fingerprint}`;
      const found = await unlessHidden(
        gitlab.request(asked, Owned, (api) => api.Keys.show({ fingerprint: encodeURIComponent(asked) })),
      );
      if (found === null) return null;
      const deploy = found.deploy_keys_projects !== undefined;
      return { id: found.id, deploy, username: found.user?.username ?? null };
    },
  };
}

function keyOf({ id, title, key, can_push: canPush }: z.infer<typeof Enabled>): EnabledKey {
  return { id, title, key, canPush };
}
