import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Failure } from '../../failures/failure.ts';
import type { RelationLoad, TargetTracker } from '../../model/target-tracker.ts';
import { once } from '../../net/once.ts';
import type { HttpAnswer } from '../../net/answers.ts';
import type { GitLabClient } from '../client.ts';
import { refusalOf, toFailure, unlessAbsent } from '../errors.ts';
import { bodyOf, multipart } from '../multipart.ts';
import { parse } from '../schema.ts';
import type { SettingsReader } from '../settings.ts';

const Load = z.object({ id: z.int(), relation: z.string(), status: z.string() });

/** What an administrator has not raised (GL-428). */
const usualLoads = 6;

/** Loading of archives into a project that exists (GL-420, GL-428, GL-440, GL-445). */
export function createArchiveVerbs(
  gitlab: GitLabClient,
  settings: SettingsReader,
): Pick<TargetTracker, 'takesArchives' | 'loadsPerMinute' | 'loadArchive' | 'relationLoads'> {
  function send(form: { path: string; relation: string }, archive: Uint8Array): Promise<HttpAnswer> {
    const hash = createHash('sha256').update(archive).digest('hex');
    // Another file than this one would be needed to hold its own hash.
    const parts = multipart(
      { fields: form, file: { field: 'file', name: 'tracker.tar.gz', type: 'application/gzip' } },
      `gb2gl-${hash}`,
    );
    return gitlab.http.send({
      method: 'POST',
      path: '/api/v4/projects/import-relation',
      headers: { 'content-type': parts.type },
      body: bodyOf(parts, archive),
      // A minute has six of them: who waits decides when the next one comes.
      tries: 1,
    });
  }

  /** Before 17.1 there is no such address, and no word of the project. */
  async function hasAddress(): Promise<boolean> {
    const path = `/api/v4/projects/${encodeURIComponent(nowhere)}/relation-imports`;
    const { text } = refusalOf(await gitlab.http.send({ method: 'GET', path }));
    return text.includes('Project');
  }

  return {
    takesArchives: once(async () => {
      const known = await settings();
      if (known !== null)
        return (known.import_sources ?? []).includes('gitlab_project') && (await hasAddress());
      try {
        const asked = await send({ path: nowhere, relation: 'issues' }, new Uint8Array());
        // Before 17.1 there is no such address.
        return refusalOf(asked).text.includes('Project not found');
      } catch (error) {
        // Whether the source is on is looked at first, and how often the user asks only then (GL-445).
        if (error instanceof Failure && error.code === 'rate-limited') return true;
        throw error;
      }
    }),
    async loadsPerMinute() {
      const limit = (await settings())?.project_import_limit;
      return limit === 0 ? null : (limit ?? usualLoads);
    },
    async loadArchive({ fullPath }, relation, archive) {
      const answer = await send({ path: fullPath, relation }, archive);
      if (answer.status !== 201) throw toFailure(gitlab.http, fullPath, answer);
      return parse(Load, answer.body, fullPath).id;
    },
    async relationLoads({ id, fullPath }) {
      const path = `/projects/${id}/relation-imports`;
      // Before 17.1 there is no such address, and nothing to wait for.
      const loads = await unlessAbsent(gitlab.list({ path, type: Load, object: fullPath }));
      return (loads ?? []).map(({ id: number, relation, status }) => ({
        id: number,
        relation,
        state: stateOf(status),
      }));
    },
  };
}

/** No project can have this path: GitLab takes no name that begins so (GL-80). */
const nowhere = '-/-';

function stateOf(status: string): RelationLoad['state'] {
  if (status === 'finished' || status === 'failed') return status;
  return status === 'started' ? 'running' : 'waiting';
}
