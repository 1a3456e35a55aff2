import { z } from 'zod';
import type { Http } from '../net/http.ts';

const Existence = z.object({ exists: z.boolean() });

export type ExistenceLookup = {
  /**
   * Is there a group or user at the path, whether the token may see it or not? GitLab answers 20 such questions a minute
   * (gitlab-contract §2.2). Null when it does not tell.
   */
  namespaceExists(path: string, parentId: number | null): Promise<boolean | null>;
};

export function createExistenceLookup(http: Http): ExistenceLookup {
  return {
    async namespaceExists(path, parentId) {
      const below = parentId === null ? '' : `?parent_id=${parentId}`;
      const answer = await http.send({
        method: 'GET',
        path: `/api/v4/namespaces/${encodeURIComponent(path)}/exists${below}`,
      });
      const parsed = Existence.safeParse(answer.body);
      return answer.status === 200 && parsed.success ? parsed.data.exists : null;
    },
  };
}
