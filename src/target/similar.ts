import { z } from 'zod';
import type { Http } from '../net/http.ts';

/** Names that exist on GitLab and look like a mistyped one; only hints are made of them. */
export type Similar = {
  similarUsers(username: string): Promise<string[]>;
  similarGroups(fullPath: string): Promise<string[]>;
};

const Users = z.array(z.object({ username: z.string() }));
const Groups = z.array(z.object({ full_path: z.string() }));

/** Searches by halves of the name, since one of them is most likely right (gitlab-contract §2.2, §8). */
export function createSimilar(http: Http): Similar {
  async function search<T>(path: string, name: string, type: z.ZodType<T[]>): Promise<T[]> {
    const answers = await Promise.all(
      halvesOf(name).map((half) =>
        http.send({ method: 'GET', path: `${path}?per_page=100&search=${encodeURIComponent(half)}` }),
      ),
    );
    return answers.flatMap(({ body }) => {
      const parsed = type.safeParse(body);
      return parsed.success ? parsed.data : [];
    });
  }

  return {
    async similarUsers(username) {
      return (await search('/api/v4/users', username, Users)).map((user) => user.username);
    },
    async similarGroups(fullPath) {
      const name = fullPath.slice(fullPath.lastIndexOf('/') + 1);
      return (await search('/api/v4/groups', name, Groups)).map((group) => group.full_path);
    },
  };
}

/** Less than three characters are searched for in another way. */
function halvesOf(name: string): string[] {
  const length = Math.max(3, Math.floor(name.length / 2));
  return [...new Set([name.slice(0, length), name.slice(-length)])];
}
