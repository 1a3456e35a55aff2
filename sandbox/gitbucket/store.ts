import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshState, type GitBucketState } from './state.ts';

/** The server's memory, kept as one JSON file. */
export type Store = {
  readonly state: GitBucketState;
  /** Writes soon; many changes in a row cost one write. */
  changed(): void;
  /** Writes now, if anything changed. */
  flush(): void;
};

const WRITE_DELAY_MS = 50;

/** Opens the state in this directory, or starts a fresh one. */
export function openStore(dir: string, now: () => number): Store {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'gitbucket.json');
  const state = load(file) ?? freshState(now());
  let timer: NodeJS.Timeout | undefined;
  function flush(): void {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    save(file, state);
  }
  return {
    state,
    changed() {
      timer ??= setTimeout(flush, WRITE_DELAY_MS);
    },
    flush,
  };
}

function load(file: string): GitBucketState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as GitBucketState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function save(file: string, state: GitBucketState): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, JSON.stringify(state), { mode: 0o600 });
  renameSync(fresh, file);
}
