export type Jobs = {
  /** Runs the job later, in the background as Sidekiq would. */
  after(ms: number, job: () => void | Promise<void>): void;
  /** Brings forward everything that is waiting, and waits until nothing is left. */
  settle(): Promise<void>;
  /** Waits for what runs, drops what waits. */
  stop(): Promise<void>;
};

type Waiting = { timer: NodeJS.Timeout; job: () => void | Promise<void> };

/** Background jobs with a delay; the first error of one comes out of the next settle. */
export function createJobs(): Jobs {
  const waiting = new Set<Waiting>();
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];

  function start(entry: Waiting): void {
    clearTimeout(entry.timer);
    waiting.delete(entry);
    const run = execute(entry.job).finally(() => running.delete(run));
    running.add(run);
  }

  async function execute(job: Waiting['job']): Promise<void> {
    try {
      await job();
    } catch (error) {
      errors.push(error);
    }
  }

  return {
    after(ms, job) {
      const timer = setTimeout(() => start(entry), ms);
      const entry: Waiting = { timer, job };
      timer.unref();
      waiting.add(entry);
    },
    async settle() {
      while (waiting.size > 0 || running.size > 0) {
        for (const entry of waiting) start(entry);
        await Promise.all(running);
      }
      const [first] = errors.splice(0);
      if (first !== undefined) throw first;
    },
    async stop() {
      for (const entry of waiting) clearTimeout(entry.timer);
      waiting.clear();
      await Promise.all(running);
    },
  };
}
