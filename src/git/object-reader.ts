import type { Git } from './run.ts';
import { feedLine } from './stream.ts';

export type ReadObject = { id: string; type: string; body: Buffer };

/** Objects one by one, by the same git. */
export type ObjectReader = {
  /** What the name leads to; null when there is nothing. @throws GitExit when git ends early */
  read(name: string): Promise<ReadObject | null>;
  /** Lets git end. @throws GitExit */
  end(): Promise<void>;
  stop(): void;
};

/** Starts `git cat-file --batch`. Who asks for several at once waits for git only once, and holds them all. */
export function createObjectReader(git: Git): ObjectReader {
  const run = git.start('cat-file', '--batch');
  const bytes = run.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  let last: Promise<unknown> = Promise.resolve();

  async function more(): Promise<void> {
    const { value, done } = await bytes.next();
    if (done === true) {
      await run.ended;
      throw new Error('git cat-file ended early');
    }
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
  }

  async function line(): Promise<string> {
    let end = rest.indexOf(10);
    while (end < 0) {
      await more();
      end = rest.indexOf(10);
    }
    const text = rest.toString('utf8', 0, end);
    rest = rest.subarray(end + 1);
    return text;
  }

  /** Its chunks are put together once, however many there are. */
  async function body(size: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let missing = size + 1;
    while (missing > 0) {
      if (rest.length === 0) await more();
      const chunk = rest.subarray(0, missing);
      chunks.push(chunk);
      rest = rest.subarray(chunk.length);
      missing -= chunk.length;
    }
    const [only] = chunks;
    const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    return whole.subarray(0, size);
  }

  async function answer(): Promise<ReadObject | null> {
    const head = await line();
    const [, id = '', type = '', size = ''] = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(head) ?? [];
    return id === '' ? null : { id, type, body: await body(Number(size)) };
  }

  return {
    read(name) {
      // git answers in the order of the questions.
      void feedLine(run.stdin, name);
      const object = last.then(answer);
      last = object.catch(() => {});
      return object;
    },
    async end() {
      run.stdin.end();
      await run.ended;
    },
    stop: run.stop,
  };
}

/** One line of a tree. The name is kept as bytes, for nobody says which encoding it has. */
export type TreeEntry = { mode: string; name: Buffer; id: string };

/** The entries of a tree as they stand in it, whatever git thinks of them; null when it is cut. */
export function parseTree(body: Buffer): TreeEntry[] | null {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < body.length;) {
    const blank = body.indexOf(32, at);
    const nul = body.indexOf(0, blank);
    if (blank < 0 || nul < 0 || nul + 21 > body.length) return null;
    entries.push({
      mode: body.toString('latin1', at, blank),
      name: body.subarray(blank + 1, nul),
      id: body.toString('hex', nul + 1, nul + 21),
    });
    at = nul + 21;
  }
  return entries;
}

/** True for the entry of a folder. */
export function isFolder({ mode }: Pick<TreeEntry, 'mode'>): boolean {
  return /^0*40000$/.test(mode);
}
