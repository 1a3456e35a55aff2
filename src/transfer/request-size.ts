/** One push that was measured, from the last byte sent to the answer. */
export type Timing = { refs: number; ms: number };

/** What a push costs, in milliseconds: `request` once, `perRef` for each of its refs. */
export type PushTime = { request: number; perRef: number };

/** What a real GitLab took on two cores (GL-204): the measure of a server of which nothing is known yet. */
export const usualPushTime: PushTime = { request: 1500, perRef: 15 };

/** How far a server may be from them: load makes a push dearer, a ref hardly. */
const deviation: PushTime = { request: 3 * usualPushTime.request, perRef: usualPushTime.perRef };

/** Two pushes of the same size differ by as much, as a share of their time. */
const noise = 0.2;
/** Below that a time tells of the network and of this machine. */
const shortestMs = 100;
/** Deviations in units of the noise from which on a push counts less and less: a pause is not a price. */
const outlier = 1.5;
const leastPerRef = 0.01;
const rounds = 12;

/**
 * Both prices from the pushes seen: weighted least squares in which outliers lose their weight, drawn towards the usual
 * prices as long as the pushes leave them open. A few small pushes tell the first price, only a large one the second.
 */
export function fitPushTime(timings: readonly Timing[]): PushTime {
  let weights = timings.map(() => 1);
  let fitted = solve(timings, weights);
  for (let round = 0; round < rounds; round += 1) {
    weights = timings.map((timing) => {
      const distance = Math.abs(timing.ms - expectedMs(fitted, timing.refs)) / noiseOf(timing);
      return distance <= outlier ? 1 : outlier / distance;
    });
    fitted = solve(timings, weights);
  }
  return fitted;
}

export function expectedMs({ request, perRef }: PushTime, refs: number): number {
  return request + perRef * refs;
}

function noiseOf({ ms }: Timing): number {
  return noise * Math.max(ms, shortestMs);
}

/** The normal equations of both prices; each usual price is one more observation. */
function solve(timings: readonly Timing[], weights: readonly number[]): PushTime {
  let [aa, ab, bb] = [1 / deviation.request ** 2, 0, 1 / deviation.perRef ** 2];
  let [a, b] = [usualPushTime.request * aa, usualPushTime.perRef * bb];
  for (const [index, timing] of timings.entries()) {
    const weight = (weights[index] ?? 1) / noiseOf(timing) ** 2;
    aa += weight;
    ab += weight * timing.refs;
    bb += weight * timing.refs ** 2;
    a += weight * timing.ms;
    b += weight * timing.refs * timing.ms;
  }
  const determinant = aa * bb - ab * ab;
  const request = (a * bb - b * ab) / determinant;
  const perRef = (b * aa - a * ab) / determinant;
  // Neither price is negative: with the one at its bound, the other explains the rest.
  if (request < 0) return { request: 0, perRef: Math.max(leastPerRef, b / bb) };
  if (perRef < leastPerRef) return { request: Math.max(0, (a - leastPerRef * ab) / aa), perRef: leastPerRef };
  return { request, perRef };
}

/** How many refs go in the next pushes. One for each target server: it learns from all that was pushed there. */
export type RequestSize = {
  /** Refs in the push that brings the objects; no other can start before it. */
  first(refs: number): number;
  /** Refs in each of the pushes that go next, at the same time; `refs` are waiting. */
  next(refs: number, connections: 1 | 2): number[];
  /** Takes in how long pushes of these sizes took that went at the same time. */
  learn(sizes: readonly number[], ms: number): void;
  /** A push of that size was lost after so long a wait. */
  lost(refs: number, ms: number): void;
};

/** Less than proxies wait for an answer (GL-220); the config can say otherwise. */
const usualBoundMs = 20_000;

/** The most that GitLab was seen to take in one request (GL-205). */
const most = 8000;
/** Fewer refs hardly shorten a request, since what it costs besides is paid each time. */
const fewest = 50;
/** A price per ref that no push of that size has shown may be that many times higher. */
const doubt = 3;
/** A size that went well leads to one of at most that many times. */
const growth = 5;
/** A few refs more make a push hardly longer, and spare another one. */
const tolerance = 1.1;
/** Pushes that are remembered; the server's load changes. */
const remembered = 60;
/** Two connections with different refs take two thirds of the time of one (GL-206): to be shown by the first pair. */
const believedGain = 1.5;
/** What a second connection must save to be worth its requests, as a share and in milliseconds. */
const worthwhile = { share: 0.85, ms: 500 };
/** A shorter time tells nothing of what the server does side by side. */
const tellingMs = 200;
/** A push that is lost earlier was not lost for its length. */
const longMs = 3000;

/**
 * Few large pushes, each expected to end within the bound. A second connection takes part of them while it shows a gain:
 * the first pair is so small that both together stay within the bound even if the server does one after the other.
 */
export function createRequestSize(boundMs = usualBoundMs): RequestSize {
  const timings: { refs: number; ms: number }[] = [];
  let time: PushTime = usualPushTime;
  let largestSeen = 0;
  let ceiling = most;
  let gain = believedGain;
  let gainShown = false;

  /** Refs in a push that is expected to end within the given time. */
  function largestWithin(ms: number): number {
    const left = ms - time.request;
    const proven = Math.min(left / time.perRef, largestSeen * growth);
    const cautious = left / Math.max(time.perRef * doubt, 0.1);
    return Math.floor(Math.min(ceiling, Math.max(fewest, proven, cautious)));
  }

  /** Refs in a push that goes by itself. */
  function largestAlone(refs: number): number {
    const size = largestWithin(boundMs);
    return refs <= size * tolerance ? refs : size;
  }

  /** Refs in each of two pushes that go at the same time. */
  function largestOfPair(): number {
    return largestWithin(gainShown ? pairBoundMs() : boundMs / 2);
  }

  /** Within that time one of the pair would have to end alone. */
  function pairBoundMs(): number {
    return (boundMs * Math.max(gain, 1)) / 2;
  }

  /** How many pushes these refs take by what is known of the prices. */
  function pushes(refs: number, withinMs: number): number {
    const size = Math.min(ceiling, Math.max(fewest, (withinMs - time.request) / time.perRef));
    return Math.ceil(refs / size);
  }

  function aloneMs(refs: number): number {
    return pushes(refs, boundMs) * time.request + time.perRef * refs;
  }

  function pairMs(refs: number): number {
    const pairs = Math.ceil(pushes(refs, pairBoundMs()) / 2);
    return (2 * pairs * time.request + time.perRef * refs) / gain;
  }

  return {
    first(refs) {
      const alone = largestAlone(refs);
      const few = Math.min(alone, Math.max(fewest, Math.floor(time.request / time.perRef)));
      const withPair = expectedMs(time, few) + pairMs(refs - few);
      return pairPays(withPair, aloneMs(refs)) ? few : alone;
    },
    next(refs, connections) {
      if (connections === 1 || !pairPays(pairMs(refs), aloneMs(refs))) {
        return [largestAlone(refs)];
      }
      const each = Math.ceil(refs / (2 * Math.ceil(refs / (2 * largestOfPair()))));
      return [each, Math.min(each, refs - each)].filter((size) => size > 0);
    },
    learn(sizes, ms) {
      const alone = sizes.reduce((sum, size) => sum + expectedMs(time, size), 0);
      if (sizes.length > 1 && !gainShown && alone >= tellingMs && ms >= tellingMs) {
        gain = Math.min(2, alone / ms);
        gainShown = true;
      }
      // A pair that gained less than all of one push makes a ref look dearer than it is: the safe side.
      timings.push(...sizes.map((refs) => ({ refs, ms })));
      timings.splice(0, timings.length - remembered);
      time = fitPushTime(timings);
      largestSeen = Math.max(largestSeen, ...sizes);
    },
    lost(refs, ms) {
      if (ms < longMs) return;
      ceiling = Math.min(ceiling, Math.max(fewest, Math.floor(refs / 2)));
    },
  };
}

function pairPays(pair: number, alone: number): boolean {
  return pair < alone * worthwhile.share && pair < alone - worthwhile.ms;
}
