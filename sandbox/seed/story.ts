import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeObject } from '../gitbucket.ts';
import { writeTree, type Files } from './tree.ts';

export type Person = { name: string; email: string };

type StoryCommit = {
  message: string;
  /** The whole content of the commit. */
  files: Files;
  parents?: readonly string[];
  author?: Person;
  committer?: Person;
};

type StoryTag = {
  name: string;
  target: string;
  type?: 'commit' | 'tag' | 'tree' | 'blob';
  message: string;
};

/** Tells the history of one repository: real git objects, always with the same ids. */
export type Story = {
  commit(commit: StoryCommit): string;
  blob(content: string | Buffer): string;
  tree(files: Files): string;
  /** An annotated tag object; it is named by `ref` as well, under `refs/tags/`. */
  tag(tag: StoryTag): string;
  ref(name: string, id: string): void;
  branch(name: string, id: string): void;
  lightTag(name: string, id: string): void;
  /** Writes all refs, packed, as `git pack-refs` would; HEAD is left alone. */
  end(): void;
};

const WRITER: Person = { name: 'Alice Archer', email: 'alice@example.com' };

const STEP_SECONDS = 3_600;

/** Begins a story in an empty bare repository; its clock advances by an hour with every commit and tag. */
export function beginStory(gitDir: string, startAt: number): Story {
  let clock = Math.floor(startAt / 1000);
  const refs = new Map<string, string>();
  const peeled = new Map<string, string>();

  function stamp(person: Person): string {
    return `${person.name} <${person.email}> ${clock} +0000`;
  }

  const story: Story = {
    commit({ message, files, parents = [], author = WRITER, committer = author }) {
      clock += STEP_SECONDS;
      const lines = [
        `tree ${writeTree(gitDir, files)}`,
        ...parents.map((parent) => `parent ${parent}`),
        `author ${stamp(author)}`,
        `committer ${stamp(committer)}`,
      ];
      return writeObject(gitDir, 'commit', Buffer.from(`${lines.join('\n')}\n\n${message}\n`));
    },
    blob: (content) => writeObject(gitDir, 'blob', Buffer.from(content)),
    tree: (files) => writeTree(gitDir, files),
    tag({ name, target, type = 'commit', message }) {
      clock += STEP_SECONDS;
      const head = `object ${target}\ntype ${type}\ntag ${name}\ntagger ${stamp(WRITER)}`;
      const id = writeObject(gitDir, 'tag', Buffer.from(`${head}\n\n${message}\n`));
      peeled.set(id, peeled.get(target) ?? target);
      refs.set(`refs/tags/${name}`, id);
      return id;
    },
    ref: (name, id) => void refs.set(name, id),
    branch: (name, id) => void refs.set(`refs/heads/${name}`, id),
    lightTag: (name, id) => void refs.set(`refs/tags/${name}`, id),
    end: () => writeFileSync(join(gitDir, 'packed-refs'), packedRefs(refs, peeled)),
  };
  return story;
}

function packedRefs(refs: Map<string, string>, peeled: Map<string, string>): string {
  const lines = ['# pack-refs with: peeled fully-peeled sorted '];
  const sorted = [...refs].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const [name, id] of sorted) {
    lines.push(`${id} ${name}`);
    const final = peeled.get(id);
    if (final !== undefined) lines.push(`^${final}`);
  }
  return `${lines.join('\n')}\n`;
}
