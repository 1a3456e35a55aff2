// Loaded with NODE_OPTIONS=--import: writes the greatest event-loop lag and memory of the process to GB2GL_PROBE.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env.GB2GL_PROBE;
if (file && process.argv[1]?.endsWith('cli.js')) {
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  // Loading the modules is not part of the run.
  setTimeout(() => lag.reset(), 500).unref();
  let rss = 0;
  const timer = setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 50);
  timer.unref();
  process.on('exit', () => {
    const { user, system } = process.resourceUsage().userCPUTime
      ? { user: process.resourceUsage().userCPUTime, system: process.resourceUsage().systemCPUTime }
      : { user: 0, system: 0 };
    const result = {
      lagMaxMs: lag.max / 1e6,
      lag99Ms: lag.percentile(99) / 1e6,
      rssMB: Math.max(rss, process.memoryUsage.rss()) / 1e6,
      cpuS: (user + system) / 1e6,
    };
    writeFileSync(file, JSON.stringify(result));
  });
}
