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
