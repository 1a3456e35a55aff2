import { Failure } from '../failures/failure.ts';
import type { TargetIdentity } from '../model/target.ts';
import { excerpt } from '../net/answers.ts';
import { basicAuth } from '../net/http.ts';
import type { Remote } from '../git/remote.ts';
import type { GitLabClient } from './client.ts';
import { unlessRefused } from './errors.ts';
import { whoIs } from './identity.ts';
import { GroupPath, ProjectPath, type ApplicationSettings } from './schema.ts';
import { readSettings } from './settings.ts';

/** What can be tried before a migration, one surface of GitLab after the other; sends nothing but GET. */
export type GitLabProbes = {
  /** Who the token is, though it may not do all that is needed. */
  whoIs(): Promise<TargetIdentity>;
  /** `forbidden`: GitLab shows them to nobody with these rights. `unread`: it does not tell. */
  settings(): Promise<ApplicationSettings | 'forbidden' | 'unread'>;
  /** Does a path with %2F arrive as it was sent? What came back when it does not. */
  slashes(): Promise<{ kept: boolean; status: number; detail: string }>;
  /** Would GitLab take a push? @throws git-token-refused with the refusal, and what a remote throws */
  push(): Promise<void>;
  /** False when Git LFS is switched off. */
  lfs(): Promise<boolean>;
  /** Full paths of the groups and projects that wait for their removal; the first hundred of each. */
  scheduledDeletions(): Promise<string[]>;
};

/** A path at which nothing can be, nor come to be by asking: its group does not exist (GL-53, GL-54). */
const nowhere = 'gb2gl-no-such-group/no-such-project';

export function createProbes(gitlab: GitLabClient, remote: (fullPath: string) => Remote): GitLabProbes {
  const { http } = gitlab;
  return {
    whoIs: () => whoIs(gitlab),
    async settings() {
      try {
        return await readSettings(gitlab);
      } catch (error) {
        if (!(error instanceof Failure) || error.refusal === null) throw error;
        return error.refusal.status === 403 ? 'forbidden' : 'unread';
      }
    },
    /** A decoded path is no route of the API (GL-23). */
    async slashes() {
      const path = `/api/v4/projects/${encodeURIComponent(nowhere)}`;
      const answer = await http.send({ method: 'GET', path }).catch((thrown: unknown) => {
        if (thrown instanceof Failure && thrown.code === 'answered-in-between') return thrown;
        throw thrown;
      });
      // It came no further than what stands in front.
      if (answer instanceof Failure)
        return { kept: false, status: Number(answer.words['status']), detail: answer.detail };
      const { status, body } = answer;
      const { error } = { ...(body as { error?: unknown } | null) };
      const strange =
        typeof body === 'string'
          ? status >= 400 && status < 500
          : status === 404 && error === '404 Not Found';
      return { kept: !strange, status, detail: excerpt(body) };
    },
    /**
     * It says so in the advertisement already: maintenance mode, a read-only server and a token without the right are
     * refused before the project is looked for (GL-52, GL-321, GL-322).
     */
    async push() {
      try {
        await remote(nowhere).advertisement('git-receive-pack');
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'project-missing') throw error;
      }
    },
    /** Switched off it answers 501 to everything (GL-260); switched on, it says nothing of what is not there. */
    async lfs() {
      const { status } = await http.send({
        method: 'GET',
        path: `/${nowhere}.git/info/lfs/locks`,
        headers: {
          authorization: basicAuth(remote(nowhere)),
          accept: 'application/vnd.git-lfs+json',
          'private-token': null,
        },
      });
      return status !== 501;
    },
    async scheduledDeletions() {
      const search = '?search=deletion_scheduled';
      const object = http.server.url;
      const [groups, projects] = await Promise.all([
        unlessRefused(gitlab.firstPage({ path: `/groups${search}`, type: GroupPath, object })),
        unlessRefused(
          gitlab.firstPage({ path: `/projects${search}&simple=true`, type: ProjectPath, object }),
        ),
      ]);
      return [
        ...(groups ?? []).map(({ full_path: path }) => path),
        ...(projects ?? []).map(({ path_with_namespace: path }) => path),
      ].filter((path) => deletionSuffix.test(path));
    },
  };
}

/** GitLab 18 and later rename what is deleted, and keep it for a while (GL-150). */
export const deletionSuffix = /-deletion_scheduled-\d+$/;
