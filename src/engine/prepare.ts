import { everyRepository, type Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import type { History } from '../journal/history.ts';
import type { LfsFinder } from '../lfs/finder.ts';
import type { Emit } from '../model/events.ts';
import type { Namespace, Owner, SourceInventory } from '../model/forge.ts';
import type { Plan } from '../model/plan.ts';
import type { Account, Source } from '../model/source.ts';
import type { TargetIdentity, Target } from '../model/target.ts';
import { buildPlan } from '../plan/build.ts';
import type { Placement } from '../plan/groups.ts';
import type { PlanInput } from '../plan/input.ts';
import { idleAllowances } from '../plan/lfs-missing.ts';
import type { PersonRow } from '../plan/match-people.ts';
import { idleRows } from '../plan/idle-rows.ts';
import { projectPaths } from '../plan/project-paths.ts';
import { placeProjects } from '../plan/projects.ts';
import { namesOnly, type Selection } from '../plan/selection.ts';
import { missingIn } from '../steps/lfs-part.ts';
import type { AnyStep, Listings } from '../steps/step.ts';
import { plural } from '../text/format.ts';
import { checkNames } from './check-names.ts';
import { parentMissing, type Servers } from './connect.ts';
import { discover } from './discover.ts';
import { inSlices } from './in-slices.ts';
import { concernedPeople, matchPeople } from './match-people.ts';
import { createHiddenPaths, placeOwners, type HiddenPaths } from './place-owners.ts';
import { planSteps } from './plan-steps.ts';
import { readParents } from './read-parents.ts';
import { nobody, readPeople, type SourcePeople } from './read-people.ts';
import { askSource, listSourceRefs, listTargetRefs } from './read-refs.ts';
import { distinct, withoutWaived, type Waived } from './waived.ts';

export type PrepareOptions = Servers & {
  config: Config;
  runtime: Runtime;
  selection: Selection;
  history: History;
  prune: boolean;
  emit: Emit;
  /** Everything that is done with an item. */
  steps: readonly AnyStep[];
  waived?: Waived;
  /** What an administrator wrote about people, by login. */
  peopleRows?: ReadonlyMap<string, PersonRow>;
  /** What the command line allows to be missing: of `migrate.allowMissingLfs` in the config given here. */
  allowedNow?: readonly string[];
  /** Looks into the objects of the source. */
  finder: LfsFinder;
  /** Set when every repository is looked into. */
  deep?: boolean;
  /** What must hold before anything is read; throws when the run cannot succeed. */
  preflight?: () => Promise<void>;
};

export type Prepared = {
  plan: Plan;
  identity: TargetIdentity;
  listings: Listings;
  initialBranch: string | null;
  /** Set when nothing may be done but what a plan file says. */
  exact?: true;
};

/** Reads both servers and decides everything; writes nothing. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { target, config, history, selection, emit } = options;
  const { reader, identity } = await connectBoth(options);
  const source = await discover(options);
  await checkNames(options, source);
  const owners = concerned(source, selection);
  const parent = await findParent(target, config);
  const hidden = createHiddenPaths(target, identity);
  const seen: SourceInventory = { ...source, owners };
  // Before the refs: whose account is whose decides the places, and a plan that fails by them lists nothing in vain.
  const read = config.migrate.members ? await readPeople(options.source, seen) : nobody;
  // None of these needs another; when one fails, the listings do not go on in vain.
  const failed = new AbortController();
  const stopping = AbortSignal.any([options.runtime.stopping, failed.signal]);
  const [{ people, placements }, settings, { refs: sourceRefs, problems }, parents] = await Promise.all([
    peopleAndPlaces(seen, read, { parent, identity, hidden }, options),
    settingsOf(target, config),
    listSourceRefs(seen.repositories, { ...options, runtime: { ...options.runtime, stopping } }),
    readParents(seen.repositories, options),
  ]).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  const paths = new Map(await inSlices(projectPaths({ source: seen, placements, config, history })));
  const targetRefs = await listTargetRefs(paths, sourceRefs, options);
  const known = await askSource({
    source: options.source,
    paths,
    sourceRefs,
    targetRefs: targetRefs.refs,
    history,
    rules: config.migrate,
  });
  const { initialBranch } = settings;
  const waived = options.waived ?? { codes: new Set(), unread: new Set() };
  const kept = withoutWaived(
    { ...seen, leftOut: source.leftOut },
    distinct([...problems, ...people.problems]),
    waived,
  );
  const input: PlanInput = {
    config,
    source: kept.source,
    reader,
    onlyNames: namesOnly(selection),
    waived: waived.codes,
    target: {
      url: target.url,
      version: identity.version,
      user: identity.user,
      ...settings,
    },
    people,
    placements,
    paths,
    wholeOwners: new Set(owners.filter((owner) => selection.ownerSelected(owner)).map(({ login }) => login)),
    sourceRefs,
    targetRefs: targetRefs.refs,
    known,
    parents,
    problems: [...kept.problems, ...targetRefs.problems],
    leftOut: kept.leftOut,
    history,
    uncheckedPaths: hidden.uncheckedPaths,
    all: selection.all,
    prune: options.prune,
  };
  const placed = await inSlices(placeProjects(input));
  const plan = buildPlan(
    input,
    placed.map(({ project }) => project),
  );
  const unverified = new Map(placed.map(({ project, unverifiedIds }) => [project.id, unverifiedIds]));
  const listings = { source: sourceRefs, target: targetRefs.refs };
  await planSteps(plan, { input, unverified, listings }, options);
  const everybody = read.people.value?.people.map(({ login }) => login);
  if (everybody !== undefined) plan.warnings.push(...idleRows(options.peopleRows ?? new Map(), everybody));
  plan.warnings.push(...(await signInWarnings(options.source)));
  plan.warnings.push(...idleAllowances(namedNow(options), plan.projects.flatMap(missingIn)));
  emit({
    type: 'phase-done',
    phase: 'plan',
    summary: `${plural(plan.groups.length, 'group')}, ${plural(plan.projects.length, 'project')}`,
  });
  return { plan, identity, listings, initialBranch };
}

/** Of a part of the server only the command line is judged: the config's entries may be about the rest. */
function namedNow({ selection, config, allowedNow = [] }: PrepareOptions): readonly string[] {
  return selection.all ? config.migrate.allowMissingLfs : allowedNow;
}

/** Without the login that is configured much is not told, and nobody could see that it is missing. */
async function signInWarnings(source: Source): Promise<string[]> {
  const { state, notices } = await source.session();
  return state === 'refused' ? notices.map(({ message, fix }) => `${message}; ${fix}`) : [];
}

type PlanPeople = PlanInput['people'] & Pick<SourcePeople, 'problems'>;
type Places = { parent: Namespace | null; identity: TargetIdentity; hidden: HiddenPaths };

/**
 * Who has to do with it and which accounts are theirs, then the namespace of each owner, with all that is in it.
 */
async function peopleAndPlaces(
  { owners }: SourceInventory,
  read: SourcePeople,
  { parent, ...places }: Places,
  { target, config, history, selection, peopleRows: rows = new Map() }: PrepareOptions,
): Promise<{ people: PlanPeople; placements: Map<string, Placement> }> {
  const survey = target.survey(parent);
  const all = selection.all && config.select.include.includes(everyRepository);
  const concerned = concernedPeople({ ...read, owners, all, named: selection.people });
  const people = await matchPeople(concerned, { survey, identity: places.identity, config, rows });
  const placements = await placeOwners(owners, { survey, config, history, people, ...places });
  await survey.fillIn([...placements.values()].flatMap(({ namespace }) => namespace ?? []));
  const { members, collaborators, problems } = read;
  return { people: { planned: people.planned, members, collaborators, problems }, placements };
}

async function settingsOf(
  target: Target,
  { migrate: { tracker } }: Config,
): Promise<Omit<PlanInput['target'], 'url' | 'version' | 'user'>> {
  return {
    initialBranch: await target.initialBranch(),
    restricted: await target.restrictedLevels(),
    newGroupsTakeProjects: await target.newGroupsTakeProjects(),
    ...(tracker === 'auto' ? { loadsPerMinute: await target.loadsPerMinute() } : {}),
  };
}

async function connectBoth(options: PrepareOptions): Promise<{ reader: Account; identity: TargetIdentity }> {
  const { source, target, emit } = options;
  emit({ type: 'phase', phase: 'connect', total: 2 });
  await options.preflight?.();
  const [reader, identity] = await Promise.all([source.connect(), target.connect()]);
  const summary = `GitBucket as ${reader.login}, GitLab ${identity.version} as ${identity.user.username}`;
  emit({ type: 'phase-done', phase: 'connect', summary });
  return { reader, identity };
}

/** Owners that have something to move, or whose group is wanted for itself. */
function concerned(source: SourceInventory, selection: Selection): Owner[] {
  const withRepositories = new Set(source.repositories.map(({ owner }) => owner));
  return source.owners.filter(
    (owner) =>
      withRepositories.has(owner.login) || (selection.ownerSelected(owner) && owner.kind === 'group'),
  );
}

async function findParent(target: Target, { target: { parentGroup } }: Config): Promise<Namespace | null> {
  if (parentGroup === null) return null;
  const found = await target.findGroup(parentGroup);
  if (found === null) throw await parentMissing(target, parentGroup);
  return found;
}
