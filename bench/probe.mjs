// Loaded with NODE_OPTIONS=--import: writes lags of the event loop, memory and CPU time of the process to GB2GL_PROBE.
// With GB2GL_PROFILE=1 each lag also tells the functions that took the time.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const file = process.env.GB2GL_PROBE;
if (file && process.argv[1]?.endsWith('cli.js')) {
  const everyMs = 5;
  const started = nowMs();
  const sinceStart = () => nowMs() - started;
  const session = process.env.GB2GL_PROFILE ? profiled() : null;
  const lags = [];
  let last = sinceStart();
  setInterval(() => {
    const now = sinceStart();
    const ms = now - last - everyMs;
    if (ms > 1) lags.push({ at: last, ms });
    last = now;
  }, everyMs).unref();

  // Only what moves the cursor or erases lines is a frame; the summary at the end is plain text.
  const frames = { first: Infinity, last: -Infinity };
  // oxlint-disable-next-line no-control-regex
  const moving = /\u001B\[\??\d*[A-HJKhl]/;
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk, ...rest) => {
    if (moving.test(String(chunk))) {
      frames.last = sinceStart();
      frames.first = Math.min(frames.first, frames.last);
    }
    return write(chunk, ...rest);
  };

  let rss = 0;
  setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 50).unref();
  process.on('exit', () => {
    const long = lags.filter(({ ms }) => ms > 50);
    // Only the part that somebody could see: a hold-up may begin before the last frame and go on after it.
    const shown = lags.map(({ at, ms }) => ({
      ms: Math.min(at + ms, frames.last) - Math.max(at, frames.first),
    }));
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    const result = {
      lagMaxMs: greatest(lags),
      lagShownMs: greatest(shown),
      firstFrameMs: Number.isFinite(frames.first) ? frames.first : null,
      lastFrameMs: Number.isFinite(frames.last) ? frames.last : null,
      lags: session === null ? long : withFunctions(long, session, started),
      rssMB: Math.max(rss, process.memoryUsage.rss()) / 1e6,
      cpuS: (userCPUTime + systemCPUTime) / 1e6,
    };
    writeFileSync(file, JSON.stringify(result));
  });
}

/** The clock of the profiler. */
function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}

function greatest(lags) {
  return lags.reduce((most, { ms }) => Math.max(most, ms), 0);
}

function profiled() {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 1000 });
  session.post('Profiler.start');
  return session;
}

/** For each lag the functions that were on the stack, with milliseconds, callees included. */
function withFunctions(lags, session, started) {
  let profile;
  // Answers at once.
  session.post('Profiler.stop', (_error, answer) => (profile = answer.profile));
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const sums = lags.map(() => new Map());
  let time = profile.startTime / 1000;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] / 1000;
    time += delta;
    const at = time - started;
    const lag = lags.findIndex((one) => at >= one.at && at <= one.at + one.ms + 5);
    if (lag < 0) continue;
    const names = new Set();
    for (let node = id; node !== undefined; node = parents.get(node))
      names.add(nameOf(nodes.get(node).callFrame));
    for (const name of names) sums[lag].set(name, (sums[lag].get(name) ?? 0) + delta);
  }
  return lags.map((lag, index) => ({
    ...lag,
    functions: [...sums[index]]
      .filter(([name, ms]) => name !== '(root)' && ms > lag.ms / 10)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 12)
      .map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`),
  }));
}

function nameOf({ functionName, url, lineNumber }) {
  const place = url === '' ? '' : ` ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
  return `${functionName || '(anonymous)'}${place}`;
}
