/** What the outside world gives to a run; only cli.ts makes the real one. */
export type Runtime = {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  now: () => number;
  /** Resolves after `ms`; rejects at once when the signal aborts. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  pid: number;
  /** First Ctrl-C: finish what is under way, start nothing new. */
  stopping: AbortSignal;
  /** Second Ctrl-C: drop everything. */
  aborting: AbortSignal;
};
