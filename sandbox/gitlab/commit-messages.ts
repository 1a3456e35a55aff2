import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Actor } from './access.ts';
import type { Context } from './context.ts';
import type { RefUpdate } from './default-branch.ts';
import type { Project } from './state.ts';
import { mayUpdate } from './tracker/access.ts';
import { issuesIn, noteMentions } from './tracker/cross-references.ts';
import { closeItem } from './tracker/items.ts';
import { notify } from './tracker/notify.ts';

/** Commits of one ref that are read (GL-363). */
const perRef = 100;
const closing =
  /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +(?:(?:issues? +)?(?:[\w./-]+\/[\w.-]+)?#\d+(?: *,? +and +| *,? *)?)+/gi;

type Commit = { id: string; message: string };

/**
 * What the jobs after a push do with what commits say of issues (GL-363, GL-371): closing words on the default branch
 * close, wherever the issue's own project lets them, and other names are noted.
 */
export async function readMessages(
  context: Context,
  project: Project,
  updates: readonly RefUpdate[],
  actor: Actor,
): Promise<void> {
  if (!context.state.projects.some(({ tracker }) => (tracker?.issues ?? []).length > 0)) return;
  const branch = context.defaultBranch(project);
  for (const update of updates) {
    if (!update.ref.startsWith('refs/heads/') || /^0+$/.test(update.new)) continue;
    const closes = update.ref === `refs/heads/${branch}`;
    const commits = await commitsOf(context.gitDir(project), update);
    for (const commit of commits.toReversed()) readMessage(context, { project, commit, closes, actor });
  }
  context.changed();
}

type Reading = { project: Project; commit: Commit; closes: boolean; actor: Actor };

function readMessage(context: Context, { project, commit, closes, actor }: Reading): void {
  const closed = (closes ? closingIssues(context, project, commit.message) : []).filter(
    ({ project: of }) => of.attributes['autoclose_referenced_issues'] !== false,
  );
  for (const { project: of, item } of closed) {
    if (!mayUpdate(context, actor, of, item)) continue;
    const userId = actor.user.id;
    if (!closeItem(context, item, { userId, commit: commit.id })) continue;
    notify(context, of, item, { kind: 'closed', byId: userId });
  }
  const but = closed.map(({ item }) => item);
  noteMentions(context, { project, commitId: commit.id }, { text: commit.message, actor, but });
}

/** The issues that a text closes by its words. */
export function closingIssues(
  context: Context,
  project: Project,
  words: string,
): ReturnType<typeof issuesIn> {
  return issuesIn(context, project, Array.from(words.matchAll(closing), ([all]) => all).join(' '));
}

async function commitsOf(gitDir: string, { old, new: id }: RefUpdate): Promise<Commit[]> {
  const since = /^0+$/.test(old) ? [] : [`^${old}`];
  const git = spawn('git', ['-C', gitDir, 'log', '--format=%H%x1f%B%x1e', `-${perRef}`, id, ...since], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (await text(git.stdout)).split('\u001e').flatMap((record) => {
    const [commit = '', message = ''] = record.trimStart().split('\u001f');
    return commit === '' ? [] : [{ id: commit, message }];
  });
}
