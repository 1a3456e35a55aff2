import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { MadeLine, Relation } from './lines.ts';
import { partLimits, partsOf, type PartLimits } from './parts.ts';
import type { Members } from './people.ts';

/** A file that `POST /projects/import-relation` takes. */
export type Archive = {
  /** Ends in `.tar.gz`: GitLab takes no other ending than `.gz` (GL-421). */
  file: string;
  relation: Relation;
  /** What is in it, by number, with the comments that GitLab has to count afterwards. */
  items: { number: number; notes: number }[];
  /** Numbers of the people who become members of the project by it. */
  people: number[];
  /** Of its lines, before they were packed. */
  bytes: number;
  /** Of the file. */
  size: number;
};

export type ArchiveOptions = {
  /** Made when it is not there; the archives are its reader's to remove. */
  directory: string;
  members: Pick<Members, 'lines'>;
  limits?: PartLimits;
};

/**
 * Packs lines into archives, one after the other: the next is begun when it is asked for. What is held is one line, or some
 * small ones; equal lines give equal bytes. All issues come before all merge requests, or the other way round: an archive is
 * of one relation.
 */
export async function* writeArchives(
  lines: AsyncIterable<MadeLine> | Iterable<MadeLine>,
  { directory, members, limits = partLimits }: ArchiveOptions,
): AsyncGenerator<Archive> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let current: Part | null = null;
  let at = 0;
  try {
    for await (const { part, line } of partsOf(lines, limits)) {
      if (current !== null && part !== at) {
        const whole: Part = current;
        current = null;
        yield await packed(whole, members);
      }
      at = part;
      current ??= await begun(directory, line);
      await add(current, line);
    }
    if (current === null) return;
    const whole: Part = current;
    current = null;
    yield await packed(whole, members);
  } finally {
    await current?.file.close();
    if (current !== null) await rm(current.path, { force: true });
  }
}

/** A part that is being written: its lines are in a file, because a tar wants to know sizes first. */
type Part = {
  path: string;
  file: FileHandle;
  archive: string;
  relation: Relation;
  items: Archive['items'];
  people: Set<number>;
  bytes: number;
  /** Lines that are not in the file yet. */
  waiting: string[];
  waitingBytes: number;
};

/** Each write has a price of its own, and most lines are small. */
const writtenAtOnce = 65_536;

async function begun(directory: string, { relation, number }: MadeLine): Promise<Part> {
  const path = join(directory, `${relation}-${number}.ndjson`);
  const file = await open(path, 'w', 0o600);
  const archive = join(directory, `${relation}-${number}.tar.gz`);
  const empty = { items: [], people: new Set<number>(), bytes: 0, waiting: [], waitingBytes: 0 };
  return { path, file, archive, relation, ...empty };
}

async function add(part: Part, { number, notes, people, text, bytes }: MadeLine): Promise<void> {
  part.waiting.push(text, '\n');
  part.waitingBytes += bytes;
  if (part.waitingBytes >= writtenAtOnce) await flush(part);
  part.items.push({ number, notes });
  part.bytes += bytes;
  for (const person of people) part.people.add(person);
}

async function flush(part: Part): Promise<void> {
  const text = part.waiting.join('');
  part.waiting = [];
  part.waitingBytes = 0;
  await part.file.writeFile(text);
}

async function packed(part: Part, members: ArchiveOptions['members']): Promise<Archive> {
  const { path, archive, relation, items, bytes } = part;
  try {
    try {
      await flush(part);
    } finally {
      await part.file.close();
    }
    const lines = members.lines(part.people);
    const { writeTar } = await import('./tar.ts');
    await writeTar(archive, { relation, bytes, path, members: lines });
    const { size } = await stat(archive);
    return { file: archive, relation, items, people: lines.map(({ user_id }) => user_id), bytes, size };
  } finally {
    await rm(path, { force: true });
  }
}
