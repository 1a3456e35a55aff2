import type { EmbeddedGitBucket, NewRepository } from '../gitbucket.ts';
import { beginStory, type Story } from './story.ts';

export type SampleRepository = {
  owner: string;
  name: string;
  /** Numbers from the table of situations in docs/servers/gitbucket.md. */
  situations: readonly number[];
  what: string;
};

/** Puts repositories on the server, one after the other, each a day younger than the one before. */
export type Shelf = {
  readonly repositories: SampleRepository[];
  add(
    fullName: string,
    about: { situations?: readonly number[]; what: string },
    options?: Omit<Partial<NewRepository>, 'owner' | 'name'>,
    tell?: (story: Story) => void,
  ): void;
  /** Records a repository that came about in another way. */
  note(fullName: string, about: { situations?: readonly number[]; what: string }): void;
  /** When the next repository is made. */
  nextTime(): number;
};

const FIRST_DAY = Date.UTC(2021, 2, 8, 8);
const DAY = 86_400_000;

export function createShelf(gitbucket: EmbeddedGitBucket): Shelf {
  const repositories: SampleRepository[] = [];
  let made = 0;
  function note(fullName: string, about: { situations?: readonly number[]; what: string }): void {
    const [owner = '', name = ''] = fullName.split('/');
    repositories.push({ owner, name, situations: about.situations ?? [], what: about.what });
  }
  function nextTime(): number {
    made += 1;
    return FIRST_DAY + made * DAY;
  }
  return {
    repositories,
    note,
    nextTime,
    add(fullName, about, options = {}, tell) {
      const [owner = '', name = ''] = fullName.split('/');
      const createdAt = nextTime();
      gitbucket.addRepository({
        owner,
        name,
        createdAt,
        creator: 'alice',
        defaultBranch: 'main',
        ...options,
      });
      note(fullName, about);
      if (!tell) return;
      const story = beginStory(gitbucket.gitDir(owner, name), createdAt);
      tell(story);
      story.end();
    },
  };
}
