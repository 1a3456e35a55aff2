import { commitFiles } from './commit-files.ts';
import type { Context } from './context.ts';
import { readHead } from './repository.ts';
import type { Project, User } from './state.ts';

const ABSENT = '0'.repeat(40);

/** The first commit of a project that was created with a README. */
export async function commitReadme(context: Context, project: Project, author: User): Promise<void> {
  const gitDir = context.gitDir(project);
  const ref = readHead(gitDir) ?? 'refs/heads/main';
  const files = { 'README.md': `# ${project.name}\n` };
  const id = await commitFiles(gitDir, ref, { author, message: 'Initial commit', files });
  context.onPushed(project, [{ ref, old: ABSENT, new: id }]);
}
