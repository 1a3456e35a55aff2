import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import { Notice } from '../model/notice.ts';
import type { PlanItem } from '../model/plan.ts';
import type { Avatar, Told } from '../model/people.ts';
import { avatarVerdict, keptAvatar, pictureOf, refusedAvatar } from '../plan/avatars.ts';
import { knownTo, proven, type Planning, type Step, type WritingWork } from './step.ts';
import { readTold, undecided, unproven } from './told.ts';

const Part = z.object({
  name: z.string().nullable().describe('Of the file, with the hash of the picture; null: none moves'),
  due: z.boolean().describe('Something is to be written'),
  refused: Notice.nullable().describe('Why the picture does not move'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
type Part = z.infer<typeof Part>;
const Data = z.object({
  name: z.string().optional().describe('The picture that this tool set last'),
  open: z.literal(true).optional().describe('It is being uploaded'),
  refused: z.record(z.string(), z.string()).optional().describe('Why GitLab did not take a picture'),
});
type Data = z.infer<typeof Data>;
export type AvatarStep<I extends PlanItem> = Step<Part, Data, I>;

type Kind<I extends PlanItem> = {
  name: string;
  of: I['kind'];
  /** What GitLab calls whose picture it is. */
  on: 'group' | 'user';
  /** The account on the source; null when its picture does not move. */
  loginOf: (planning: Planning<I>) => Promise<string | null>;
  /** Where it is on the target already. */
  idOf: (item: I) => number | null;
};

/** A step that moves the picture of each item that has one of its own. One that somebody chose on GitLab stays. */
export function avatarStep<I extends PlanItem>({ name, of, on, loginOf, idOf }: Kind<I>): AvatarStep<I> {
  const records = { name, data: Data };
  return {
    ...records,
    title: on === 'group' ? 'Group pictures' : 'Profile pictures',
    of,
    stage: 'finish',
    part: Part,
    async plan(planning) {
      const { item, input, source, target, history } = planning;
      if (!input.config.migrate.avatars || item.blocked !== null) return null;
      const login = await loginOf(planning);
      if (login === null) return null;
      const nothing = { name: null, due: false, refused: null, unread: null };
      const read = await readTold(item.id, () => source.avatar(login));
      if ('unread' in read) return undecided({ ...nothing, unread: read.unread }, read.unread);
      const picture = pictureIn(read.told);
      if (picture === null) return null;
      const known = knownTo(records, history);
      const why = 'refused' in picture ? picture.refused : known?.refused?.[picture.name];
      if ('refused' in picture || why !== undefined) {
        const refused = refusedAvatar(item.id, why ?? '');
        return {
          part: { ...nothing, refused },
          changes: false,
          state: 'proven',
          counts: {},
          notices: [refused],
        };
      }
      const id = idOf(item);
      const shown = id === null ? null : await target.avatarOf(on, id);
      const verdict = verdictOf(picture.name, shown, known);
      const due = verdict === 'set';
      return {
        part: { ...nothing, name: picture.name, due },
        changes: due,
        state: 'proven',
        counts: due ? { set: 1 } : {},
        notices: verdict === 'kept' ? [keptAvatar(item.id)] : [],
      };
    },
    async run(part, work) {
      const { place, context, attempt } = work;
      if (part.name === null || place === null || !(part.due || attempt > 1)) return { changed: false };
      const shown = await context.target.avatarOf(on, place.id);
      const verdict = verdictOf(part.name, shown, work.known());
      if (verdict === 'right' && (work.known()?.name !== part.name || work.known()?.open === true))
        await work.record('done', { data: { name: part.name, open: null } });
      if (verdict !== 'set') return { changed: false };
      return upload(part.name, work);
    },
    /** A picture is no reason to fail anything. */
    async verify(part, work) {
      const { item, place, context } = work;
      if (part.unread !== null) return unproven(part.unread);
      if (part.refused !== null) return { ...proven(0), differences: [part.refused] };
      const id = place?.id ?? idOf(item);
      if (part.name === null || id === null) return proven(0);
      const known = work.known();
      const refused = known?.refused?.[part.name];
      if (refused !== undefined) return { ...proven(0), differences: [refusedAvatar(item.id, refused)] };
      const verdict = verdictOf(part.name, await context.target.avatarOf(on, id), known);
      if (verdict === 'right') return proven(1);
      if (verdict === 'kept') return { ...proven(1), differences: [keptAvatar(item.id)] };
      const message = 'its picture is not on GitLab';
      const fix = 'run gb2gl migrate (or import) again to upload it';
      const difference = { code: 'avatar-missing', object: item.id, message, fix };
      return { state: 'failed', compared: 1, hash: null, differences: [difference] };
    },
  };

  async function upload(
    wanted: string,
    work: WritingWork<Data, I>,
  ): Promise<{ changed: boolean; counts?: Record<string, number> }> {
    const { context, place, item } = work;
    const { target, source } = context;
    if (place === null) return { changed: false };
    const login = loginIn(item);
    const picture = pictureIn(await source.avatar(login));
    // Another one since the plan: the next run has it.
    if (picture === null || 'refused' in picture || picture.name !== wanted) return { changed: false };
    await work.record('started', { data: { name: wanted, open: true } });
    try {
      await target.setAvatar(on, place, picture);
    } catch (error) {
      const status = error instanceof Failure ? error.refusal?.status : undefined;
      if (!(error instanceof Failure) || (status !== 400 && status !== 403)) throw error;
      const refused = { [wanted]: error.refusal?.text ?? error.detail };
      await work.record('done', { data: { name: null, open: null, refused } });
      return { changed: false };
    }
    await work.record('done', { data: { open: null } });
    return { changed: true, counts: { set: 1 } };
  }
}

function pictureIn({ value }: Told<Avatar>): ReturnType<typeof pictureOf> {
  return value === null ? null : pictureOf(value);
}

/** Whoever was about to upload it goes on. */
function verdictOf(wanted: string, shown: string | null, known: Data | null): 'right' | 'set' | 'kept' {
  const verdict = avatarVerdict(wanted, shown, known?.name);
  const uploaded = shown?.includes('/uploads/') === true;
  return verdict === 'kept' && known?.open === true && !uploaded ? 'set' : verdict;
}

function loginIn(item: PlanItem): string {
  if (item.kind === 'person') return item.person.login;
  return item.kind === 'group' ? item.owner.login : item.repository.owner;
}
