import { Failure } from '../failures/failure.ts';
import { inheritsAgain, isHeard } from '../gitlab/rules/integrations.ts';
import type { Notice } from '../model/notice.ts';
import type { Plan, PlannedProject } from '../model/plan.ts';
import { parentOf } from '../plan/groups.ts';
import { listed } from '../text/format.ts';
import { pending, switchOff } from './quiet.ts';
import { askAgain } from './ask-again.ts';
import { type WritingWork } from './step.ts';

type ProjectWork = WritingWork<unknown, PlannedProject>;

/**
 * Switches off what a new project has inherited and what would tell a chat or a ticket system of its history. Projects that
 * inherit from the same groups have the same: only one of them is looked at.
 */
export async function silence(work: ProjectWork): Promise<Notice[]> {
  const { item, context } = work;
  const { slugs, first } = await inheritedBy(work);
  if (slugs === null) return first ? [unread(item.id)] : [];
  if (slugs.length > 0 && !inheritsAgain(context.identity.version))
    return first ? [told(item.id, slugs)] : [];
  for (const slug of slugs) await switchOff(work, 'integrations', slug);
  return [];
}

/** Null when the token may not read them. `first`: nobody has told of them yet. */
async function inheritedBy(work: ProjectWork): Promise<{ slugs: readonly string[] | null; first: boolean }> {
  const { item, context, journal } = work;
  const { integrations: seen, plan } = context;
  const above = inheritsFrom(item, plan);
  const first = !seen.has(above);
  const off = pending(journal.history.items.get(item.id)).filter(({ name }) => name === 'integrations');
  // An earlier try has switched some off in this very project, which does not tell of all any more.
  if (off.length > 0) {
    const left = await read(work);
    const all = left && [...new Set([...left, ...off.map(({ subject }) => subject)])];
    if (!seen.has(above)) seen.set(above, Promise.resolve(all));
    return { slugs: left, first };
  }
  const reading = seen.get(above) ?? read(work);
  seen.set(above, reading);
  const slugs = await reading.catch((error: unknown) => {
    // A failure is no answer for others.
    seen.delete(above);
    throw error;
  });
  return { slugs, first };
}

/**
 * The full path of the nearest group that was there before; empty when there is none, and the server's own count. What the
 * run has made has nothing of its own (GL-368).
 */
function inheritsFrom({ repository, fullPath }: PlannedProject, { groups }: Plan): string {
  const placed = groups.find(({ id }) => id === repository.owner);
  if (placed?.namespaceKind === 'user') return '';
  let path = parentOf(fullPath);
  while (groups.some((each) => each.fullPath === path && each.existing === null)) path = parentOf(path);
  return path;
}

/** Seconds between the looks at a project that GitLab does not show yet (GL-40). */
const pauses = [1, 2, 4, 8];

/** Null when the token may not read them. */
async function read(work: ProjectWork): Promise<readonly string[] | null> {
  const { place, context } = work;
  if (place === null) return [];
  const ask = async (): Promise<{ slugs: string[] | null } | null> => {
    try {
      const found = await context.target.integrations(place);
      return { slugs: found?.map(({ slug }) => slug) ?? null };
    } catch (error) {
      if (error instanceof Failure && error.refusal?.kind === 'absent') return null;
      throw error;
    }
  };
  const reason = 'GitLab does not show the new project to the token yet';
  const answer = (await ask()) ?? (await askAgain(pauses, reason, work, ask));
  if (answer === null || answer.slugs === null) return null;
  return answer.slugs.filter(isHeard);
}

function unread(id: string): Notice {
  return {
    code: 'integrations-unread',
    object: id,
    message:
      'GitLab does not tell the token of its integrations: those that it and the other new projects there inherit may hear of the pushes',
    fix: "give the token's user the Maintainer role, or switch the integrations off for the time of the migration",
  };
}

function told(id: string, slugs: readonly string[]): Notice {
  return {
    code: 'integrations-told',
    object: id,
    message: `it and the other new projects there inherit ${listed(slugs)}, and these hear of the pushes: GitLab before 17.3 could not make them inherit again`,
    fix: 'switch these integrations off for the time of the migration',
  };
}
