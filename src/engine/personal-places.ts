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
        const person = people.accounts.get(owner.login);
        const own = person?.id === identity.user.id || identity.user.admin;
        const placement = person && own ? await personalPlacement(owner, person, context) : null;
        if (placement === null && planned?.action !== 'create') return;
        const earlier = await stillThere(earlierPlaces.get(owner.login), placement, context);
        if (planned?.action === 'create' && earlier === null)
          placements.set(owner.login, newPlacement(owner, planned.fullPath));
        // What an earlier run put into a group stays there: elsewhere it would be made a second time.
        if (placement && (earlier ?? placement.namespace?.id) === placement.namespace?.id)
          placements.set(owner.login, placement);
      }),
  );
  return placements;
}

type Before = { id: number; path: string };

/** The namespace of an earlier run, unless it is neither the personal one nor a group that is there. */
async function stillThere(
  before: Before | undefined,
  personal: Placement | null,
  { survey }: PersonalContext,
): Promise<number | null> {
  if (before === undefined || before.id === personal?.namespace?.id) return before?.id ?? null;
  const groups = await survey.groupsAt([before.path]);
  return groups.get(before.path.toLowerCase())?.id === before.id ? before.id : null;
}

/** The namespaces into which earlier runs put repositories, by the owner's login. */
function placesBefore({ items }: History): Map<string, Before> {
  const places = new Map<string, Before>();
  for (const [id, { target }] of items) {
    const [login = '', name] = id.split('/');
    const place = items.get(login)?.target;
    if (name !== undefined && target !== null && place) places.set(login, place);
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
