import type { PeopleVerbs } from '../model/people.ts';
import type { Http } from '../net/http.ts';
import type { GitBucketApi } from './client.ts';
import { readCollaborators } from './collaborators.ts';
import type { GitBucketDatabase } from './database.ts';
import { createGroupMembers } from './members.ts';
import { once } from '../net/once.ts';
import { readOptions } from './options.ts';
import { readAvatar, readPeople, readSession, readSshKeys, type Sources } from './people.ts';
import type { GitBucketSession } from './session.ts';
import { readBranchRules, readDeployKeys, readWebhooks } from './settings.ts';

/** What GitBucket tells of people and settings; `web` sends no token, and `keepSecret` is told what must not be shown. */
export function createPeopleVerbs(
  api: GitBucketApi,
  web: Http,
  session: GitBucketSession,
  database: GitBucketDatabase,
  keepSecret: (secret: string) => void,
): PeopleVerbs {
  const sources: Sources = { api, web, session, database };
  const members = createGroupMembers(sources);
  return {
    session: () => readSession(sources),
    people: once(() => readPeople(sources)),
    members: (group) => members.of(group),
    collaborators: (repository) => readCollaborators(sources, members, repository),
    options: (repository) => readOptions(sources, repository),
    branchRules: (repository, branches) => readBranchRules(sources, repository, branches),
    deployKeys: (repository) => readDeployKeys(sources, repository),
    async webhooks(repository) {
      const told = await readWebhooks(sources, repository);
      for (const { secret } of told.value?.hooks ?? []) if (secret !== null) keepSecret(secret);
      return told;
    },
    sshKeys: (login) => readSshKeys(sources, login),
    avatar: (login) => readAvatar(sources, login),
  };
}
