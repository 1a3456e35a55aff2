import { simple } from './everyday.ts';
import type { Shelf } from './shelf.ts';

const NAMES: readonly [fullName: string, situation: number, what: string][] = [
  ['alice/Foo', 30, 'beside foo'],
  ['alice/foo', 30, 'beside Foo'],
  ['alice/c++', 31, 'plus signs'],
  ['alice/.dotfiles', 31, 'begins with a dot'],
  ['alice/a--b', 31, 'two hyphens'],
  ['alice/end-', 31, 'ends with a hyphen'],
  ['alice/x.git', 31, 'ends with .git'],
  ['alice/raw', 31, 'a word that GitLab reserves'],
  ['alice/new', 31, 'a word that GitLab reserves'],
  ['alice/tree', 31, 'a word that GitLab reserves'],
  ['x/notes', 32, 'owner of one letter'],
  ['a..b/notes', 32, 'owner with two dots'],
  ['duo-bot/notes', 32, 'owner with a reserved name'],
  ['me.json/notes', 32, 'owner that ends like a file'],
  ['dashboard/notes', 32, 'owner that is a page'],
  ['Erin/notes', 34, 'owner differs from erin in case only'],
  ['erin/notes', 34, 'owner differs from Erin in case only'],
  ['ops/runbook', 34, 'user beside the group Ops'],
  ['Ops/runbook', 34, 'group beside the user ops'],
];

/** Repositories and owners with names that GitLab would not take as they are (situations 30-34 of docs/servers/gitbucket.md). */
export function seedOddNames(shelf: Shelf): void {
  for (const [fullName, situation, what] of NAMES) {
    shelf.add(fullName, { situations: [situation], what }, {}, (story) => simple(story, fullName, 1));
  }
}
