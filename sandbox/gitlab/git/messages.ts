import type { Context } from '../context.ts';
import type { RefUpdate } from '../default-branch.ts';
import { memoryOf } from './memory.ts';
import type { PushCall } from './push.ts';

/** What the server says to a person after an accepted push (GL-56, GL-364). */
export function afterPushTexts(context: Context, call: PushCall, refs: RefUpdate[]): string {
  const texts = [
    movedText(context, call),
    createdText(context, call),
    ...mergeRequestTexts(context, call, refs),
  ];
  return texts.map((text) => (text === null ? '' : `\n${text}\n\n`)).join('');
}

function movedText(context: Context, { movedFrom, project }: PushCall): string | null {
  if (movedFrom === null) return null;
  const url = `${context.externalUrl}/${project.fullPath}.git`;
  return `Project '${movedFrom}' was moved to '${project.fullPath}'.\n\nPlease update your Git remote:\n\n  git remote set-url origin ${url}`;
}

function createdText(context: Context, { project }: PushCall): string | null {
  if (!memoryOf(context).createdByPush.delete(project.id)) return null;
  const url = `${context.externalUrl}/${project.fullPath}`;
  return `The private project ${project.fullPath} was successfully created.\n\nTo configure the remote, run:\n  git remote add origin ${url}.git\n\nTo view the project, visit:\n  ${url}`;
}

function mergeRequestTexts(context: Context, call: PushCall, refs: RefUpdate[]): string[] {
  const { project, wiki } = call;
  const { printing_merge_request_link_enabled: printed, merge_requests_access_level: level } =
    project.attributes;
  if (wiki || printed === false || level === 'disabled') return [];
  const branches = refs.filter(({ ref, new: id }) => ref.startsWith('refs/heads/') && !/^0+$/.test(id));
  if (branches.length === 0) return [];
  const usual = context.defaultBranch(project);
  return branches
    .map(({ ref }) => ref.slice(11))
    .filter((branch) => branch !== usual)
    .map((branch) => {
      const query = `merge_request%5Bsource_branch%5D=${encodeURIComponent(branch)}`;
      const url = `${context.externalUrl}/${project.fullPath}/-/merge_requests/new?${query}`;
      return `To create a merge request for ${branch}, visit:\n  ${url}`;
    });
}
