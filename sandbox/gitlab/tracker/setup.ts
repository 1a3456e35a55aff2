import type { Context } from '../context.ts';
import type { Group, Project, User } from '../state.ts';
import { addIssue, type NewIssue } from './issues.ts';
import { addNote, findIssue, findMergeRequest, type NewNote } from './items.ts';
import { addMilestone, type MilestoneFields } from './milestones.ts';
import type { IssueState, MilestoneState, NoteState } from './state.ts';

/** By user name; the first administrator when absent. */
type By = { author?: string };

export type TrackerSetup = {
  /** `project` is a full path. */
  addIssue(project: string, input?: Partial<Omit<NewIssue, 'authorId'>> & By): IssueState;
  /** `item` is like `team/app#1` or `team/app!1`. */
  addNote(item: string, input: Omit<NewNote, 'authorId'> & By): NoteState;
  /** `target` is the full path of a project or a group. */
  addMilestone(target: string, input: MilestoneFields & Partial<MilestoneState>): MilestoneState;
  /** From now on the user is mailed whatever happens in the project. */
  watch(project: string, username: string): void;
};

type Lookups = { user: (username: string) => User; place: (fullPath: string) => Group | Project };

/** Fills trackers without the API: nobody is mailed, and nothing in a text is carried out. */
export function createTrackerSetup(context: Context, { user, place }: Lookups): TrackerSetup {
  function authorOf(username: string | undefined): number {
    const found = username === undefined ? context.state.users.find(({ admin }) => admin) : user(username);
    if (!found) throw new Error('the sandbox has no administrator');
    return found.id;
  }

  function project(fullPath: string): Project {
    const found = place(fullPath);
    if (!('namespaceId' in found)) throw new Error(`${fullPath} is a group`);
    return found;
  }

  return {
    addIssue: (fullPath, { author, ...input } = {}) =>
      addIssue(context, project(fullPath), { title: 'An issue', ...input, authorId: authorOf(author) }),
    addNote(item, { author, ...input }) {
      const [, fullPath = '', kind, iid] = /^(.+)([#!])(\d+)$/.exec(item) ?? [];
      const find = kind === '!' ? findMergeRequest : findIssue;
      const found = find(project(fullPath), Number(iid));
      if (!found) throw new Error(`the sandbox has no ${item}`);
      return addNote(context, found, { ...input, authorId: authorOf(author) });
    },
    addMilestone: (target, input) => addMilestone(context, place(target), input),
    watch(fullPath, username) {
      (project(fullPath).watchers ??= []).push(user(username).id);
      context.changed();
    },
  };
}
