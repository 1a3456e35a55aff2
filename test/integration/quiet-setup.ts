import * as z from 'zod';
import type { AddressedItem } from '../../src/model/plan.ts';
import { steps } from '../../src/steps/index.ts';
import { proven, type AnyStep, type Step } from '../../src/steps/step.ts';
import type { TestServers } from '../helpers/servers.ts';

const Nothing = z.object({});

/** What GitLab said of an item's mails when it got a member. */
export type Heard = Record<string, boolean | undefined>;

async function api(where: TestServers, method: string, path: string, body?: object): Promise<unknown> {
  const { gitlab } = where;
  const headers = { 'private-token': gitlab.token('root'), 'content-type': 'application/json' };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${gitlab.url}/api/v4${path}`, { method, headers, ...init });
  return answer.json();
}

/** Gives everybody in the list a role in each item of the kind. */
function membersStep<I extends AddressedItem>(
  where: TestServers,
  kind: I['kind'],
  { users, heard }: { users: readonly string[]; heard: Heard },
): Step<z.infer<typeof Nothing>, z.infer<typeof Nothing>, I> {
  const [name, list] = kind === 'group' ? ['group-members', 'groups'] : ['members', 'projects'];
  const known = new Set<string>();
  return {
    name,
    title: 'Members',
    of: kind,
    stage: 'finish',
    part: Nothing,
    data: Nothing,
    plan({ item }) {
      const changes = users.some((user) => !known.has(`${item.id} ${user}`));
      return { part: {}, changes, state: 'proven', counts: {}, notices: [] };
    },
    async run(_, { place, item }) {
      const Mails = z.object({ emails_disabled: z.boolean() });
      const path = `/${list}/${place?.id}`;
      for (const user of users) {
        if (known.has(`${item.id} ${user}`)) continue;
        const { emails_disabled: off } = Mails.parse(await api(where, 'GET', path));
        heard[item.id] = !off;
        const found = where.gitlab.context.state.users.find(({ username }) => username === user);
        await api(where, 'POST', `${path}/members`, { user_id: found?.id, access_level: 30 });
        known.add(`${item.id} ${user}`);
      }
      return { changed: true };
    },
    verify: () => Promise.resolve(proven(1)),
  };
}

/** The steps of the program, with some that add members to groups and projects. */
export function withMembers(where: TestServers, users: readonly string[], heard: Heard): AnyStep[] {
  const options = { users, heard };
  const extra = [membersStep(where, 'group', options), membersStep(where, 'project', options)] as AnyStep[];
  const own = steps.filter(({ name }) => name !== 'members' && name !== 'group-members');
  const at = own.findIndex(({ name }) => name === 'group-quiet');
  return [...own.slice(0, at), ...extra, ...own.slice(at)];
}

/** A step of the stage in which trackers are filled, which says that it brings issues. */
export function issuesStep(where: TestServers): AnyStep {
  const Part = z.object({ issues: z.literal(true) });
  const step: Step<z.infer<typeof Part>, z.infer<typeof Nothing>, AddressedItem> = {
    name: 'issues',
    title: 'Issues',
    of: 'project',
    stage: 'tracker',
    part: Part,
    data: Nothing,
    plan: () => ({ part: { issues: true }, changes: true, state: 'proven', counts: {}, notices: [] }),
    async run(_, { place }) {
      const project = where.gitlab.project(place?.fullPath ?? '');
      project.issues ??= [{ iid: 5, closed: false }];
      return Promise.resolve({ changed: true });
    },
    verify: () => Promise.resolve(proven(1)),
  };
  return step as AnyStep;
}
