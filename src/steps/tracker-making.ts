import type { TrackerItem, TrackerPull, TrackerReader } from '../model/tracker.ts';
import { pullHeadsIn } from '../plan/pull-heads.ts';
import { labelLines, milestoneLines } from '../tracker/archive/labels.ts';
import type { Making, PullDiff } from '../tracker/archive/making.ts';
import { membersOf, type Mapped } from '../tracker/archive/people.ts';
import type { Problems } from '../tracker/archive/problems.ts';
import type { LabelLine, MilestoneLine } from '../tracker/archive/words.ts';
import { attachmentsIn } from '../tracker/texts/attachments.ts';
import { plain } from '../tracker/texts/markdown.ts';
import type { TextWorld } from '../tracker/texts/world.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { ItemWork, RunContext, Work } from './step.ts';
import type { Door, TrackerData } from './tracker-part.ts';
import type { Numbered } from './tracker-sort.ts';
import { noMerge, type Merge } from './tracker-merges.ts';
import { createTexts } from './tracker-texts.ts';

/** Everything by which items of one repository become lines of an archive. */
export type Workshop = {
  labels: ReadonlyMap<string, LabelLine>;
  milestones: ReadonlyMap<string, MilestoneLine>;
  members: ReturnType<typeof membersOf>;
  /** Heads of pull requests that are on the target, by number. */
  heads: ReadonlyMap<number, string>;
  /** Uploads what the item embeds, asks for the diffs of its line comments, and gives what making its line needs. */
  prepare(item: TrackerItem): Promise<Making>;
  /** The id of the account that a number of the archive stands for. */
  accountOf(number: number): number | null;
};

type Given = {
  door: Door;
  numbers: readonly Numbered[];
  reader: TrackerReader;
  work: Work<TrackerData, PlannedProject>;
  problems: Problems;
  /** Uploads these files, named by their ids; gives where those lie that are there. */
  upload: (files: ReadonlyMap<string, string>) => Promise<Iterable<readonly [id: string, url: string]>>;
  /** What line comments were written on, by the commit that was shown. */
  diffs: (pull: TrackerPull) => Promise<ReadonlyMap<string, PullDiff>>;
  /** How a pull request with this head came into its branch. */
  merge: (pull: TrackerPull, head: string | null) => Promise<Merge>;
};

export async function openWorkshop({
  door,
  numbers,
  reader,
  work,
  problems,
  upload,
  diffs,
  merge,
}: Given): Promise<Workshop> {
  const { item: project, context } = work;
  const byRest = door === 'rest';
  const mapped = byRest ? [] : await peopleOf(work);
  const members = membersOf(mapped, problems);
  const labels = labelLines(await reader.labels());
  const milestones = milestoneLines((await reader.milestones()) ?? []);
  const kinds = new Map(numbers.map(({ number, kind }) => [number, kind]));
  const files = new Map(Object.entries(work.known()?.files ?? {}));
  const world = worldOf(work, kinds, files);
  const names = new Map(
    context.plan.people.map(({ person }) => [person.login, person.fullName ?? person.login]),
  );
  const texts = createTexts({
    world,
    names,
    template: context.config.migrate.attribution,
    byRest,
    mapped: (login) => members.number(login) !== null,
    note: ({ what, of }, item) => problems.say(`text-${what}`, item, of),
  });
  const { priorities } = context.config.migrate;
  // The source keeps these beside its labels.
  const ofPriority = new Map<string, LabelLine>();
  const making: Omit<Making, 'place'> = {
    repository: project.id,
    people: {
      number: (login) => members.number(login),
      assignee: (login) => (byRest ? (work.accounts.get(login)?.id ?? null) : members.number(login)),
      name: (login) => plain(names.get(login) ?? login),
      mention: (login) => texts.mention(login),
    },
    texts,
    label: (name) => labels.lines.get(name) ?? ofPriority.get(name) ?? null,
    priority(name) {
      const becomes = priorityOf(name, priorities);
      if (becomes !== null && becomes !== 'field')
        ofPriority.set(becomes.label, lineOfPriority(becomes.label));
      return becomes;
    },
    milestone: (title) => milestones.lines.get(title) ?? null,
  };
  const workshop: Workshop = {
    labels: labels.lines,
    milestones: milestones.lines,
    members,
    heads: new Map(),
    async prepare(item) {
      await uploadAll(item);
      const shown = item.kind === 'pull' ? await diffs(item) : null;
      const head = workshop.heads.get(item.number) ?? null;
      const merged = item.kind === 'pull' ? await merge(item, head) : noMerge;
      return {
        ...making,
        place: ({ base }) => ({
          head,
          start: base.commit,
          ...merged,
          diff: (head) => shown?.get(head) ?? null,
        }),
      };
    },
    accountOf(number) {
      const name = members.username(number);
      return [...work.accounts.values()].find(({ fullPath }) => fullPath === name)?.id ?? null;
    },
  };
  return workshop;

  async function uploadAll(item: TrackerItem): Promise<void> {
    const wanted = new Map<string, string>();
    for (const text of textsOf(item))
      for (const { id, name } of attachmentsIn(text))
        if (!files.has(id)) wanted.set(id, name === '' ? id : name);
    if (wanted.size === 0) return;
    for (const [id, url] of await upload(wanted)) files.set(id, url);
  }
}

function* textsOf(item: TrackerItem): Generator<string> {
  yield item.body;
  for (const { body } of item.comments) yield body;
  if (item.kind === 'pull') for (const { body } of item.lineComments ?? []) yield body;
}

/**
 * Whom GitLab maps: people with an account, by its first address, when the token is an administrator's (GL-425). Whoever
 * is not mapped is named in the texts.
 */
async function peopleOf({ context, accounts }: ItemWork): Promise<Mapped[]> {
  const { target, identity, addresses } = context;
  if (!identity.user.admin) return [];
  const found: Mapped[] = [];
  for (const [login, { id, fullPath: username }] of accounts) {
    const asked = addresses.get(id) ?? target.accountNamed(username).then((account) => account?.mail ?? null);
    addresses.set(id, asked);
    const email = await asked;
    if (email !== null && email !== '') found.push({ login, username, email });
  }
  return found;
}

/** What texts have to know of both servers. */
export function worldOf(
  { item, context, accounts }: ItemWork,
  kinds: ReadonlyMap<number, TrackerItem['kind']>,
  files: ReadonlyMap<string, string>,
): TextWorld {
  const { plan, config, source, listings } = context;
  const paths = new Map(plan.projects.map(({ id, fullPath }) => [id, fullPath]));
  const groups = new Map(plan.groups.map(({ id, fullPath }) => [id, fullPath]));
  return {
    repository: item.id,
    kindOf(repository, number) {
      if (repository === null || repository === item.id) return kinds.get(number) ?? null;
      const listing = listings.source.get(repository);
      if (listing === undefined) return null;
      return pullHeadsIn(listing).has(number) ? 'pull' : 'issue';
    },
    projectPath: (repository) => paths.get(repository) ?? null,
    account: (login) => accounts.get(login)?.fullPath ?? null,
    groupPath: (owner) => groups.get(owner) ?? null,
    upload: (id) => files.get(id) ?? null,
    pages: { gitbucket: [source.url], otherHosts: true, gitlab: config.target.url },
  };
}

const grey = '#6699cc';

/** The label of a priority, which the source has none of. */
function lineOfPriority(name: string): LabelLine {
  return { title: name, color: grey, description: null, type: 'ProjectLabel' };
}

type Priorities = RunContext['config']['migrate']['priorities'];

/** GitBucket gives this one to everything that nobody gave another. */
const usual = 'default';

function priorityOf(name: string, how: Priorities): ReturnType<Making['priority']> {
  if (name === usual || how === 'off') return null;
  if (how === 'fields') return 'field';
  return { label: how === 'scoped' ? `priority::${name}` : name };
}
