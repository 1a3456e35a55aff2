import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Context } from './context.ts';
import type { RefUpdate } from './default-branch.ts';
import type { Issue, Project } from './state.ts';

/** Commits of one ref that are read (GL-363). */
const perRef = 100;
const closing =
  /\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +((?:[\w./-]+\/[\w.-]+)?#\d+)/gi;

/** What the jobs after a push do with closing words on the default branch; each issue's own project decides (GL-363). */
export async function closeIssues(
  context: Context,
  project: Project,
  updates: readonly RefUpdate[],
): Promise<void> {
  const branch = context.defaultBranch(project);
  const pushed = updates.find(({ ref, new: id }) => ref === `refs/heads/${branch}` && !/^0+$/.test(id));
  if (pushed === undefined || !context.state.projects.some(({ issues = [] }) => issues.length > 0)) return;
  const messages = await messagesOf(context.gitDir(project), pushed);
  for (const [, reference = ''] of messages.matchAll(closing)) {
    const issue = issueOf(context, project, reference);
    if (issue !== null) issue.closed = true;
  }
  context.changed();
}

function issueOf(context: Context, project: Project, reference: string): Issue | null {
  const [path = '', number] = reference.split('#');
  const of = path === '' ? project : context.findProjectByPath(path);
  if (of === null || of.attributes['autoclose_referenced_issues'] === false) return null;
  return of.issues?.find(({ iid }) => iid === Number(number)) ?? null;
}

async function messagesOf(gitDir: string, { old, new: id }: RefUpdate): Promise<string> {
  const since = /^0+$/.test(old) ? [] : [`^${old}`];
  const git = spawn('git', ['-C', gitDir, 'log', '--format=%B', `-${perRef}`, id, ...since], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text(git.stdout);
}
