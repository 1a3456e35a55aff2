import * as z from 'zod';
import type { TargetSettings } from '../model/target-settings.ts';
import type { GitLabClient } from './client.ts';
import { toFailure, unlessHidden } from './errors.ts';
import { bodyOf, multipart } from './multipart.ts';

const Shown = z.object({ avatar_url: z.string().nullish() });

/** Pictures of groups and people (GL-142, GL-468). */
export function createAvatarVerbs(gitlab: GitLabClient): Pick<TargetSettings, 'avatarOf' | 'setAvatar'> {
  return {
    async avatarOf(of, id) {
      const asked = gitlab.request(`picture of ${of} ${id}`, Shown, (api) =>
        of === 'group' ? api.Groups.show(id, { withProjects: false }) : api.Users.show(id),
      );
      return (await unlessHidden(asked))?.avatar_url ?? null;
    },
    async setAvatar(of, { id, fullPath }, { name, type, bytes }) {
      // The name holds the hash of what is sent, which cannot be in it.
      const parts = multipart({ file: { field: 'avatar', name, type } }, `gb2gl-${name}`);
      const answer = await gitlab.http.send({
        method: 'PUT',
        path: `/api/v4/${of}s/${id}`,
        headers: { 'content-type': parts.type },
        body: bodyOf(parts, bytes),
      });
      if (answer.status !== 200) throw toFailure(gitlab.http, `picture of ${fullPath}`, answer);
    },
  };
}
