import { simple } from './everyday.ts';
import type { Shelf } from './shelf.ts';

const OBJECT_ID = 'd670460b4b4aece5915caf5c68d12f560a9fe3e4';
const REFUSED_BRANCHES = [
  '-main',
  'refs/remotes/x',
  `${OBJECT_ID}-fix`,
  `${OBJECT_ID}${OBJECT_ID.slice(0, 24)}`,
];
const REFUSED_TAGS = ['-x', 'HEAD', 'refs/heads/x', 'refs/tags/x', OBJECT_ID];

/** Refs that GitLab refuses, beyond those of the sample server (situations 7, 9 and 10 of docs/servers/gitbucket.md). */
export function seedRefusedRefs(shelf: Shelf): void {
  shelf.add(
    'mobile/refused-tags',
    { situations: [9], what: 'branches and tags that GitLab refuses by their names' },
    {},
    (story) => {
      const tip = simple(story, 'Refused tags', 2);
      for (const name of REFUSED_BRANCHES) story.branch(name, tip);
      for (const name of REFUSED_TAGS) story.lightTag(name, tip);
    },
  );
  shelf.add(
    'mobile/refused-default',
    { situations: [7, 9], what: 'the default branch itself is refused' },
    { defaultBranch: '-trunk' },
    (story) => {
      const tip = simple(story, 'Refused default', 1, '-trunk');
      story.branch('other', story.commit({ message: 'Go on', files: { 'a.txt': 'a\n' }, parents: [tip] }));
      story.lightTag('other', tip);
    },
  );
  shelf.add(
    'mobile/tag-like-preference',
    { situations: [10], what: 'a tag named main, while the default branch is trunk' },
    { defaultBranch: 'trunk' },
    (story) => {
      story.lightTag('main', simple(story, 'Tag like preference', 2, 'trunk'));
    },
  );
  shelf.add(
    'mobile/only-tag-main',
    { situations: [2, 10], what: 'no branch, and a tag named main' },
    {},
    (story) => {
      const only = story.commit({ message: 'Imported', files: { 'data.csv': 'a\n' } });
      story.lightTag('main', only);
      story.lightTag('trunk', only);
      story.lightTag('other', only);
    },
  );
}
