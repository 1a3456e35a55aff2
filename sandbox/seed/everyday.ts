import type { Shelf } from './shelf.ts';
import type { Person, Story } from './story.ts';
import type { Files } from './tree.ts';

const BOB: Person = { name: 'Bob Baker', email: 'bob@example.com' };
const CAROL: Person = { name: 'Carol Chen', email: 'carol@example.com' };

/** The repositories that every company has: public, private, in groups and in user accounts. */
export function seedEverydayRepositories(shelf: Shelf): void {
  shelf.add(
    'platform/api-server',
    { situations: [6, 25, 27, 36], what: 'default branch develop, merges, a commit of a disabled user' },
    { description: 'HTTP API – with <b>html</b> & ünïcode', defaultBranch: 'develop' },
    apiServer,
  );
  shelf.add(
    'platform/infrastructure',
    { situations: [27, 28], what: 'private repository of a group' },
    { private: true, collaborators: [{ login: 'mobile', role: 'GUEST' }] },
    (story) => simple(story, 'Infrastructure', 3),
  );
  shelf.add('platform/website', { situations: [25], what: 'plain public repository' }, {}, (story) =>
    simple(story, 'Website', 4),
  );
  shelf.add('mobile/android', { situations: [27], what: 'plain repository of a group' }, {}, (story) =>
    simple(story, 'Android', 5),
  );
  shelf.add(
    'alice/private-notes',
    { situations: [26], what: 'private repository of a user' },
    { private: true, collaborators: [{ login: 'bob', role: 'DEVELOPER' }] },
    (story) => simple(story, 'Notes', 2),
  );
  shelf.add(
    'alice/trunk',
    { situations: [6], what: 'default branch trunk' },
    { defaultBranch: 'trunk' },
    (story) => simple(story, 'Trunk', 2, 'trunk'),
  );
  shelf.add('root/admin-scripts', { situations: [33], what: 'owned by root' }, { private: true }, (story) =>
    simple(story, 'Scripts', 1),
  );
  shelf.add('carol/legacy', { situations: [35], what: 'owner is disabled' }, {}, (story) =>
    simple(story, 'Legacy', 2),
  );
  shelf.add('dave/ok', { what: 'healthy neighbour of a damaged repository' }, {}, (story) =>
    simple(story, 'OK', 1),
  );
  shelf.add('dave/broken', { situations: [21], what: 'directory missing' }, {}, (story) =>
    simple(story, 'Broken', 1),
  );
}

/** A straight line of commits on one branch, with a release tag at the end. */
export function simple(story: Story, title: string, commits: number, branch = 'main'): string {
  let files: Files = { 'README.md': `# ${title}\n`, '.gitignore': 'node_modules/\n' };
  let tip = story.commit({ message: 'Initial commit', files });
  for (let number = 2; number <= commits; number += 1) {
    files = { ...files, [`src/part-${number}.txt`]: `${title}, part ${number}\n` };
    tip = story.commit({ message: `Add part ${number}`, files, parents: [tip] });
  }
  story.branch(branch, tip);
  story.tag({ name: 'v1.0.0', target: tip, message: `${title} 1.0.0` });
  return tip;
}

function apiServer(story: Story): void {
  const base: Files = {
    'README.md': '# API server\n',
    'bin/start': { executable: '#!/bin/sh\nexec node .\n' },
  };
  const first = story.commit({ message: 'Initial commit', files: base });
  const routes = { ...base, 'src/routes.js': 'export const routes = [];\n' };
  const second = story.commit({ message: 'Add routes\n\nSee #1.', files: routes, parents: [first] });
  const logged = { ...routes, 'src/log.js': 'export function log() {}\n' };
  const feature = story.commit({ message: 'Add log', files: logged, parents: [second], author: BOB });
  const fixed = { ...routes, 'README.md': '# API server\n\nRead me.\n', docs: { link: 'README.md' } };
  const fix = story.commit({ message: 'Explain', files: fixed, parents: [second], author: CAROL });
  const merged = { ...logged, ...fixed };
  const merge = story.commit({
    message: "Merge branch 'feature/log'",
    files: merged,
    parents: [fix, feature],
  });
  story.branch('main', first);
  story.branch('develop', merge);
  story.branch('feature/log', feature);
  story.tag({ name: 'v0.1.0', target: second, message: 'First preview' });
  story.lightTag('nightly', merge);
}
