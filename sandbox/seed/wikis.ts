import { rmSync } from 'node:fs';
import { type EmbeddedGitBucket, initBare } from '../gitbucket.ts';
import { beginStory } from './story.ts';

const STARTED = Date.UTC(2021, 5, 1, 9);

/** Wikis with content, with content though switched off, and without a directory; all others hold only the first page. */
export function seedWikis(gitbucket: EmbeddedGitBucket): void {
  write(gitbucket, 'platform', 'api-server', 'master', {
    'Home.md': '# API server\n\nSee [[Getting started]].\n',
    'Getting started.md': 'Install, then run `bin/start`.\n',
    'Größe & Maße.md': 'Zahlen.\n',
    '_Sidebar.md': '* [[Home]]\n',
    'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
  });
  write(gitbucket, 'platform', 'website', 'main', { 'Home.md': 'Kept although the wiki is switched off.\n' });
  const website = gitbucket.context.repository('platform', 'website');
  if (website) website.wikiOption = 'DISABLE';
  rmSync(gitbucket.wikiDir('mobile', 'android'), { recursive: true, force: true });
}

function write(
  gitbucket: EmbeddedGitBucket,
  owner: string,
  name: string,
  branch: string,
  files: Record<string, string>,
): void {
  const wiki = gitbucket.wikiDir(owner, name);
  rmSync(wiki, { recursive: true, force: true });
  initBare(wiki, branch);
  const story = beginStory(wiki, STARTED);
  const first = story.commit({
    message: 'Initial Commit',
    files: { 'Home.md': `Welcome to the ${name} wiki!!` },
  });
  story.branch(branch, story.commit({ message: 'Write the pages', files, parents: [first] }));
  story.end();
}
