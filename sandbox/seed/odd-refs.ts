import { simple } from './everyday.ts';
import { noise } from './noise.ts';
import type { Shelf } from './shelf.ts';
import type { Story } from './story.ts';

const UNICODE_BRANCHES = [
  'größe',
  '日本語',
  '🚀-launch',
  'feature/x/y',
  'a%b',
  'a#b',
  'a+b',
  'a;b',
  "it's",
  'a&b=c',
];
const REFUSED_BRANCHES = ['HEAD', '-x', 'refs/heads/x', 'd670460b4b4aece5915caf5c68d12f560a9fe3e4'];

/** Repositories whose refs are unusual (situations 1-14 and 19 of docs/servers/gitbucket.md). */
export function seedOddRefs(shelf: Shelf): void {
  shelf.add('platform/empty-start', { situations: [1], what: 'no ref at all' });
  shelf.add('platform/only-tags', { situations: [2], what: 'tags, but no branch' }, {}, (story) => {
    const only = story.commit({ message: 'Imported', files: { 'data.csv': 'a,b\n1,2\n' } });
    story.lightTag('import-1', only);
    story.tag({ name: 'import-2', target: only, message: 'The same, annotated' });
  });
  shelf.add('platform/tag-museum', { situations: [3, 4, 5], what: 'every kind of tag' }, {}, tagMuseum);
  shelf.add(
    'platform/two-heads',
    { situations: [7], what: 'database says main, git says release' },
    { head: 'release' },
    (story) => {
      const tip = simple(story, 'Two heads', 2);
      story.branch(
        'release',
        story.commit({ message: 'Release', files: { 'README.md': 'released\n' }, parents: [tip] }),
      );
    },
  );
  shelf.add(
    'platform/default-gone',
    { situations: [7], what: 'default branch does not exist' },
    {},
    (story) => {
      story.branch('stable', story.commit({ message: 'Stable', files: { 'README.md': 'stable\n' } }));
      story.branch('old', story.commit({ message: 'Old', files: { 'README.md': 'old\n' } }));
    },
  );
  shelf.add(
    'mobile/unicode',
    { situations: [8], what: 'branches with letters of all kinds' },
    {},
    (story) => {
      const tip = simple(story, 'Unicode', 2);
      for (const name of UNICODE_BRANCHES) story.branch(name, tip);
      story.lightTag('release/1.0', tip);
      story.lightTag('v1.0-ß', tip);
    },
  );
  shelf.add(
    'mobile/refused-branches',
    { situations: [9], what: 'branches that GitLab refuses' },
    {},
    (story) => {
      const tip = simple(story, 'Refused', 2);
      for (const name of REFUSED_BRANCHES) story.branch(name, tip);
    },
  );
  shelf.add('mobile/tag-like-branch', { situations: [10], what: 'a tag named main' }, {}, (story) => {
    story.lightTag('main', simple(story, 'Tag like branch', 2));
  });
  shelf.add('mobile/letter-case', { situations: [11], what: 'branches x and X' }, {}, (story) => {
    const tip = simple(story, 'Letter case', 1);
    story.branch('x', tip);
    story.branch('X', story.commit({ message: 'Capital', files: { 'README.md': 'X\n' }, parents: [tip] }));
  });
  shelf.add('Data.Science/many-refs', { situations: [12], what: '150 branches and 150 tags' }, {}, manyRefs);
  shelf.add(
    'platform/reviewed',
    { situations: [13], what: 'notes, changes, pull requests, stash' },
    {},
    reviewed,
  );
  shelf.add(
    'Data.Science/big-file',
    { situations: [14], what: 'a file of 2 MB that does not compress' },
    {},
    (story) => {
      const files = { 'model.bin': noise(2_000_000), 'README.md': 'big\n' };
      story.branch('main', story.commit({ message: 'Add the model', files }));
    },
  );
  shelf.add(
    'platform/with-submodules',
    { situations: [19], what: 'absolute and relative submodules' },
    {},
    submodules,
  );
}

function tagMuseum(story: Story): void {
  const tip = simple(story, 'Tag museum', 3);
  const aside = story.commit({ message: 'On no branch', files: { 'aside.txt': 'aside\n' }, parents: [tip] });
  story.lightTag('light', tip);
  story.lightTag('off-branch', aside);
  const inner = story.tag({ name: 'annotated', target: tip, message: 'Annotated\n\nwith a body' });
  const outer = story.tag({ name: 'nested', target: inner, type: 'tag', message: 'Tag of a tag' });
  story.tag({ name: 'nested-twice', target: outer, type: 'tag', message: 'Tag of a tag of a tag' });
  story.tag({
    name: 'signed',
    target: tip,
    message: 'Signed\n-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQ==\n=abcd\n-----END PGP SIGNATURE-----',
  });
  const blob = story.blob('tagged content\n');
  const tree = story.tree({ 'in-a-tree.txt': 'tagged tree\n' });
  story.lightTag('on-blob', blob);
  story.lightTag('on-tree', tree);
  story.tag({ name: 'annotated-blob', target: blob, type: 'blob', message: 'A blob' });
}

function manyRefs(story: Story): void {
  let tip = simple(story, 'Many refs', 2);
  for (let number = 1; number <= 150; number += 1) {
    tip = story.commit({ message: `Run ${number}`, files: { 'result.txt': `${number}\n` }, parents: [tip] });
    story.branch(`run/${String(number).padStart(3, '0')}`, tip);
    if (number < 150) story.lightTag(`result-${String(number).padStart(3, '0')}`, tip);
  }
}

function reviewed(story: Story): void {
  const tip = simple(story, 'Reviewed', 3);
  const proposal = story.commit({
    message: 'Proposal',
    files: { 'README.md': 'proposal\n' },
    parents: [tip],
  });
  story.ref('refs/pull/1/head', proposal);
  story.ref(
    'refs/pull/1/merge',
    story.commit({ message: 'Merge', files: { a: 'm\n' }, parents: [tip, proposal] }),
  );
  story.ref('refs/pull/2/head', story.commit({ message: 'Closed', files: { b: 'c\n' }, parents: [tip] }));
  story.ref('refs/changes/01/1/1', proposal);
  story.ref('refs/notes/commits', story.commit({ message: 'Notes', files: { [tip]: 'reviewed by Bob\n' } }));
  story.ref('refs/stash', story.commit({ message: 'WIP on main', files: { wip: 'wip\n' }, parents: [tip] }));
}

function submodules(story: Story): void {
  const commit = story.commit({ message: 'Vendored', files: { 'lib.c': 'int main;\n' } });
  const gitmodules = [
    '[submodule "lib"]\n\tpath = lib\n\turl = https://gitbucket.example.com/git/platform/website.git\n',
    '[submodule "tools"]\n\tpath = tools\n\turl = ../api-server.git\n',
  ].join('');
  const files = { '.gitmodules': gitmodules, lib: { submodule: commit }, tools: { submodule: commit } };
  story.branch('main', story.commit({ message: 'Add submodules', files }));
}
