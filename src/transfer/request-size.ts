import { expectedMs, fitPushTime, usualPushTime, type PushTime } from './push-time.ts';

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
