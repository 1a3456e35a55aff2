import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { mayReadItem } from './access.ts';
import {
  addSystemNote,
  findIssue,
  findMergeRequest,
  isMergeRequest,
  referenceOf,
  type Item,
} from './items.ts';
import type { IssueState } from './state.ts';
import { proseOf } from './texts.ts';

const reference = /(?<![\w/#!&.-])((?:[\w.-]+(?:\/[\w.-]+)+)?)([#!])(\d+)\b/g;

type Found<T extends Item = Item> = { project: Project; item: T };
/** What names others is the item that a text belongs to, or a commit. */
type Mentioning = { project: Project } & ({ item: Item } | { commitId: string });

/** What a text names outside of code, each once. */
function itemsIn(context: Context, project: Project, text: string): Found[] {
  const found = new Map<Item, Found>();
  for (const [, path = '', sign, number] of proseOf(text).matchAll(reference)) {
    const of = path === '' ? project : context.findProjectByPath(path);
    const item = of && (sign === '#' ? findIssue : findMergeRequest)(of, Number(number));
    if (of && item) found.set(item, { project: of, item });
  }
  return [...found.values()];
}

export function issuesIn(context: Context, project: Project, text: string): Found<IssueState>[] {
  return itemsIn(context, project, text).flatMap(({ project: of, item }) =>
    isMergeRequest(item) ? [] : [{ project: of, item }],
  );
}

/** Notes at each that is named by whom, once and of now, but not at what names itself (GL-458). */
export function noteMentions(
  context: Context,
  by: Mentioning,
  { text, actor, but = [] }: { text: string; actor: Actor; but?: readonly Item[] },
): void {
  for (const { project, item } of itemsIn(context, by.project, text)) {
    const left = ('item' in by && by.item === item) || but.includes(item);
    if (left || !mayReadItem(context, actor, project, item)) continue;
    const body = `mentioned in ${nameOf(by, project)}`;
    if (!item.notes.some((note) => note.body === body)) addSystemNote(context, item, actor.user.id, body);
  }
}

/** Without the namespace where both have the same. */
function pathFrom(seenFrom: Project, project: Project): string {
  if (project === seenFrom) return '';
  const [mine, its] = [seenFrom.fullPath, project.fullPath].map((path) => path.replace(/\/[^/]+$/, ''));
  return mine === its ? project.fullPath.slice((its ?? '').length + 1) : project.fullPath;
}

function nameOf(by: Mentioning, seenFrom: Project): string {
  const path = pathFrom(seenFrom, by.project);
  if ('commitId' in by) return `commit ${path === '' ? '' : `${path}@`}${by.commitId}`;
  return `${isMergeRequest(by.item) ? 'merge request' : 'issue'} ${path}${referenceOf(by.item)}`;
}
