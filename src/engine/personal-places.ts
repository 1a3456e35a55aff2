import type { Config } from '../config/schema.ts';
import type { History } from '../journal/history.ts';
import type { Owner } from '../model/forge.ts';
import type { Person, Survey, TargetIdentity } from '../model/target.ts';
import type { Placement } from '../plan/groups.ts';
import { whyUnusable } from '../plan/projects.ts';
import { mayBePersonal } from '../plan/undecided.ts';
import type { MatchedPeople } from './match-people.ts';

type PersonalContext = {
  config: Config;
  identity: TargetIdentity;
  people: MatchedPeople;
  survey: Survey;
  history: History;
};

/** User names that accounts of this run will get, in lower case. */
export function namesOfNewAccounts({ planned }: MatchedPeople): string[] {
  return planned.flatMap(({ action, fullPath }) => (action === 'create' ? [fullPath.toLowerCase()] : []));
}

/** Owners whose repositories go into the personal namespace of the same person. */
export async function personalPlacements(
  owners: readonly Owner[],
  context: PersonalContext,
): Promise<Map<string, Placement>> {
  const { config, identity, people, history } = context;
  const earlierPlaces = placesBefore(history);
  const byLogin = new Map(people.planned.map((planned) => [planned.person.login, planned]));
  const placements = new Map<string, Placement>();
  await Promise.all(
    owners
      .filter((owner) => mayBePersonal(owner, config))
      .map(async (owner) => {
        const planned = byLogin.get(owner.login);
        const earlier = earlierPlaces.get(owner.login) ?? null;
        if (planned?.action === 'create' && earlier === null)
          placements.set(owner.login, newPlacement(owner, planned.fullPath));
        const person = people.accounts.get(owner.login);
        if (person === undefined || (person.id !== identity.user.id && !identity.user.admin)) return;
        const placement = await personalPlacement(owner, person, context);
        // What an earlier run put into a group stays there: elsewhere it would be made a second time.
        if (placement && (earlier ?? placement.namespace?.id) === placement.namespace?.id)
          placements.set(owner.login, placement);
      }),
  );
  return placements;
}

/** Ids of the namespaces into which earlier runs put repositories, by the owner's login. */
function placesBefore({ items }: History): Map<string, number> {
  const places = new Map<string, number>();
  for (const [id, { target }] of items) {
    const [login = '', name] = id.split('/');
    const place = items.get(login)?.target?.id;
    if (name !== undefined && target !== null && place !== undefined) places.set(login, place);
  }
  return places;
}

/** The personal namespace of an account that the run makes. */
function newPlacement(owner: Owner, username: string): Placement {
  const reasons = [`personal namespace of the account ${username}, which will be created`];
  const base = { owner, fullPath: username, namespace: null, parent: null, blocked: null };
  return { ...base, kind: 'user', reasons };
}

async function personalPlacement(
  owner: Owner,
  person: Person,
  { survey }: PersonalContext,
): Promise<Placement | null> {
  const namespace = await survey.personalNamespace(person);
  if (namespace === null) return null;
  const { fullPath, unusableReason } = namespace;
  return {
    owner,
    fullPath,
    kind: 'user',
    namespace,
    parent: null,
    reasons: [`personal namespace of the same user, ${person.username}`],
    blocked: unusableReason === null ? null : whyUnusable(unusableReason, fullPath),
  };
}
