import { nearest } from '../config/nearest.ts';
import type { Config } from '../config/schema.ts';
import { MigrationError } from '../errors.ts';
import type { History } from '../journal/replay.ts';
import type { Emit, Namespace, Owner, Plan, SourceInventory } from '../model.ts';
import type { Placement } from '../plan/owners.ts';
import type { PlanInput } from '../plan/input.ts';
import { buildPlan } from '../plan/plan.ts';
import { planProjects, projectPaths } from '../plan/projects.ts';
import type { Selection } from '../plan/select.ts';
import type { Runtime } from '../runtime.ts';
import { readInventory } from '../source/inventory.ts';
import type { TargetIdentity } from '../target/connect.ts';
import type { Target } from '../target/gitlab.ts';
import type { Listings } from './context.ts';
import { listSourceRefs, listTargetRefs } from './list-refs.ts';
import { placeOwners } from './place-owners.ts';
import { inSlices } from './slices.ts';
import type { Servers } from './servers.ts';
import { withSuggestion } from './suggest-repository.ts';

export type PrepareOptions = Servers & {
  config: Config;
  runtime: Runtime;
  selection: Selection;
  history: History;
  prune: boolean;
  emit: Emit;
};

export type Prepared = { plan: Plan; identity: TargetIdentity; listings: Listings; preference: string };

/** Reads both servers and decides everything; writes nothing. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { target, config, history, selection, emit } = options;
  const identity = await connectBoth(options);
  const source = await discover(options);
  await checkSelection(options, source);
  checkMaps(config, source);
  const owners = concerned(source, selection);
  const placements = await placeOwners(owners, { target, identity, config, history });
  const parentGroup = await findParent(target, config);
  await readProjects(placements, target);
  const seen: SourceInventory = { ...source, owners };
  const paths = new Map(await inSlices(projectPaths({ source: seen, placements, config, history })));
  const { refs: sourceRefs, problems } = await listSourceRefs(seen.repositories, options);
  const targetRefs = await listTargetRefs(paths, options);
  const preference = await target.defaultBranchPreference();
  const input: PlanInput = {
    config,
    source: seen,
    target: {
      url: target.url,
      version: identity.version,
      preference,
      canCreateGroup: identity.user.canCreateGroup,
      parentGroup,
    },
    placements,
    paths,
    wholeOwners: new Set(owners.filter((owner) => selection.ownerSelected(owner)).map(({ login }) => login)),
    sourceRefs,
    targetRefs: targetRefs.refs,
    problems: [...problems, ...targetRefs.problems],
    history,
    all: selection.all,
    prune: options.prune,
  };
  const plan = buildPlan(input, await inSlices(planProjects(input)));
  emit({
    type: 'phase-done',
    phase: 'plan',
    summary: `${plan.groups.length} groups, ${plan.projects.length} projects`,
  });
  return { plan, identity, listings: { source: sourceRefs, target: targetRefs.refs }, preference };
}

async function connectBoth({ source, target, emit }: PrepareOptions): Promise<TargetIdentity> {
  emit({ type: 'phase', phase: 'connect', total: 2 });
  const [user, identity] = await Promise.all([source.connect(), target.connect()]);
  const summary = `GitBucket as ${user.login}, GitLab ${identity.version} as ${identity.user.username}`;
  emit({ type: 'phase-done', phase: 'connect', summary });
  return identity;
}

async function discover({
  source,
  selection,
  history,
  runtime,
  emit,
}: PrepareOptions): Promise<SourceInventory> {
  emit({ type: 'phase', phase: 'discover', total: 0 });
  const inventory = await readInventory(source, {
    selection,
    known: [...history.items.keys()].filter((item) => item.includes('/')),
    progress(done, total, detail) {
      if (runtime.stopping.aborted) throw new MigrationError('interrupted', detail);
      emit({ type: 'phase-progress', phase: 'discover', done, total, detail });
    },
  });
  const { owners, repositories } = inventory;
  emit({
    type: 'phase-done',
    phase: 'discover',
    summary: `${owners.length} owners, ${repositories.length} repositories`,
  });
  return inventory;
}

async function checkSelection(
  { selection, source }: PrepareOptions,
  inventory: SourceInventory,
): Promise<void> {
  try {
    selection.check(inventory);
  } catch (error) {
    throw await withSuggestion(error, inventory, source);
  }
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
  if (found === null) throw new MigrationError('parent-group-missing', parentGroup);
  return found;
}

/** Fills in what each existing namespace holds; two owners may share one. */
async function readProjects(placements: ReadonlyMap<string, Placement>, target: Target): Promise<void> {
  const namespaces = new Map<number, Promise<Namespace['projects']>>();
  await Promise.all(
    [...placements.values()].map(async ({ namespace }) => {
      if (namespace === null) return;
      const reading = namespaces.get(namespace.id) ?? target.projectsOf(namespace);
      namespaces.set(namespace.id, reading);
      namespace.projects = await reading;
    }),
  );
}

/** A key of the maps that names nothing would be silently without effect. */
function checkMaps({ map }: Config, source: SourceInventory): void {
  const logins = source.owners.map(({ login }) => login);
  for (const login of [...Object.keys(map.owners), ...Object.keys(map.users)])
    demandKnown(login, logins, 'map');
  for (const name of Object.keys(map.repositories)) {
    const owner = name.split('/')[0] ?? '';
    demandKnown(owner, logins, 'map.repositories');
  }
}

function demandKnown(name: string, names: readonly string[], option: string): void {
  if (names.includes(name)) return;
  const near = nearest(name, names);
  throw new MigrationError('unknown-selection', name, {
    option,
    server: 'the source',
    ...(near === null ? {} : { nearest: near }),
  });
}
