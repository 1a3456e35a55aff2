import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedGitBucket, initBare, runGit } from '../gitbucket.ts';
import { noise } from './noise.ts';
import { beginStory } from './story.ts';

export type ManyOptions = {
  repositories: number;
  /** Refs of each repository: `main`, then branches and tags in turn. */
  refs: number;
  /** Groups that share the repositories; 4 when absent. */
  groups?: number;
  /** Size of one file that does not compress, in bytes; none when absent. */
  fileBytes?: number;
};

const STARTED = Date.UTC(2022, 0, 3, 8);

/** Fills the server with equal repositories, quickly: one template is packed once and copied by files. */
export async function seedMany(
  gitbucket: EmbeddedGitBucket,
  options: ManyOptions,
): Promise<{ token: string; groups: string[] }> {
  const template = await makeTemplate(
    join(gitbucket.context.dir, 'templates', String(options.refs)),
    options,
  );
  const count = Math.min(options.groups ?? 4, options.repositories);
  const groups = Array.from({ length: count }, (_, index) => `group-${String(index + 1).padStart(2, '0')}`);
  for (const login of groups) {
    gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }], createdAt: STARTED });
  }
  for (let index = 0; index < options.repositories; index += 1) {
    gitbucket.addRepository({
      owner: groups[index % groups.length] ?? 'root',
      name: `repository-${String(index + 1).padStart(4, '0')}`,
      defaultBranch: 'main',
      creator: 'root',
      template,
      createdAt: STARTED + index * 60_000,
    });
  }
  return { token: gitbucket.token('root'), groups };
}

async function makeTemplate(gitDir: string, { refs, fileBytes }: ManyOptions): Promise<string> {
  mkdirSync(gitDir, { recursive: true });
  initBare(gitDir, 'main');
  const story = beginStory(gitDir, STARTED);
  const base = fileBytes === undefined ? {} : { 'data.bin': noise(fileBytes) };
  let tip = story.commit({ message: 'Initial commit', files: { ...base, 'README.md': '# Template\n' } });
  if (refs > 0) story.branch('main', tip);
  for (let number = 1; number < refs; number += 1) {
    const files = { ...base, 'README.md': '# Template\n', [`notes/${number}.txt`]: `note ${number}\n` };
    tip = story.commit({ message: `Note ${number}`, files, parents: [tip] });
    const name = String(number).padStart(5, '0');
    if (number % 2 === 1) story.branch(`topic/${name}`, tip);
    else story.lightTag(`v${name}`, tip);
  }
  story.end();
  await runGit(gitDir, ['-c', 'repack.writeBitmaps=false', 'repack', '-a', '-d', '-q', '-n']);
  return gitDir;
}
