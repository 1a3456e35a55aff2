import type { Context } from '../../context.ts';
import type { Project, SshKey } from '../../state.ts';

function shared({ id, title, createdAt }: SshKey): Record<string, unknown> {
  return {
    id,
    title,
    created_at: createdAt,
    expires_at: null,
    last_used_at: null,
    usage_type: 'auth_and_signing',
  };
}

/** The comment is left out, the owner's name stands there (GL-465). */
export function personalKey(context: Context, key: SshKey): Record<string, unknown> {
  const owner = context.routes.user(key.userId);
  const words = key.key.split(' ').slice(0, 2).join(' ');
  return { ...shared(key), key: `${words} ${owner?.name ?? ''} (${new URL(context.externalUrl).hostname})` };
}

export function deployKey(key: SshKey): Record<string, unknown> {
  return { ...shared(key), key: key.key, fingerprint_sha256: `SHA256:${key.fingerprint}` };
}

/** As one project has it. */
export function enabledKey(
  { state }: Context,
  { keyId, canPush }: NonNullable<Project['deployKeys']>[number],
): Record<string, unknown> {
  const key = state.keys?.find(({ id }) => id === keyId);
  return { ...(key && deployKey(key)), can_push: canPush };
}
