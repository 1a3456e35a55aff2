import type { Context } from '../context.ts';
import { mailAbout, type Mail } from '../mails.ts';
import type { Group, Project, User } from '../state.ts';
import { seesItems } from './access.ts';
import { isMergeRequest, referenceOf, userNotes, type Item } from './items.ts';
import { proseOf } from './texts.ts';

/**
 * Mails whoever takes part in an item or watches the project, but the one who did it (GL-397). Who is named in any of
 * its texts takes part, whenever these were written; nobody else is told of.
 */
export function notify(
  context: Context,
  project: Project,
  item: Item,
  event: { kind: Mail['kind']; byId: number },
): void {
  const users = new Set([...participants(context, item), ...watchers(context, project)]);
  for (const user of users) {
    if (user.id === event.byId || !seesItems(context, user, project, item)) continue;
    mailAbout(context, project, user, event.kind, `${project.fullPath}${referenceOf(item)}`);
  }
}

/** A release is told to watchers only. */
export function notifyOfRelease(context: Context, project: Project, tag: string, byId: number): void {
  for (const user of watchers(context, project)) {
    if (user.id !== byId) mailAbout(context, project, user, 'new-release', `${project.fullPath} ${tag}`);
  }
}

function participants(context: Context, item: Item): User[] {
  const notes = userNotes(item);
  const ids = [item.authorId, ...item.assignees, ...notes.map(({ authorId }) => authorId)];
  if (isMergeRequest(item)) ids.push(...item.reviewers);
  const users = ids.map((id) => context.routes.user(id)).filter((user) => user !== null);
  const texts = [item.title, item.description ?? '', ...notes.map(({ body }) => body)];
  return [...users, ...texts.flatMap((text) => mentioned(context, text))];
}

function watchers(context: Context, { watchers: ids = [] }: Project): User[] {
  return ids.map((id) => context.routes.user(id)).filter((user) => user !== null);
}

/** Whom a text names outside of code; a group stands for all its members. */
function mentioned(context: Context, text: string): User[] {
  return [...proseOf(text).matchAll(/(?<![\w/`.])@([a-z0-9_][\w.-]*(?:\/[\w.-]+)*)/gi)].flatMap(
    ([, name = '']) => {
      const route = context.routes.find(name.replace(/[.-]+$/, ''));
      if (route?.kind === 'user') return [route.user];
      return route?.kind === 'group' ? membersOf(context, route.group) : [];
    },
  );
}

function membersOf(context: Context, { members }: Group): User[] {
  return members.map(({ userId }) => context.routes.user(userId)).filter((user) => user !== null);
}
