/**
 * What is known of how much the target takes in one push, in bytes as git stores them. Kept as long as the transport, so
 * that the next repository starts with what the last one learned.
 */
export type PushLimit = {
  /** Bytes that the next push may have; Infinity while nothing was ever too large. */
  budget(): number;
  worked(bytes: number): void;
  /** `stated`: the limit as the server told it, where it did. */
  tooLarge(bytes: number, stated?: number | null): void;
};

/** No server takes less; one odd answer to a small push must not chop up all that follows. */
const FLOOR = 64 * 1024;
/** Sizes are estimates, and a push that is refused costs more than one that is a little small. */
const MARGIN = 0.9;
/** What was refused may be that many times larger than what worked; below that no more is tried. */
const CLOSE = 1.5;

/** Halves what was too large until something works, then comes near the limit and stays there. */
export function createPushLimit(): PushLimit {
  let largest = 0;
  let refused = Infinity;
  return {
    budget() {
      if (largest === 0) return Math.max(FLOOR, Math.floor(refused / 2));
      if (refused === Infinity || refused <= largest * CLOSE) return Math.max(FLOOR, largest);
      return Math.max(FLOOR, Math.floor((largest + refused) / 2));
    },
    worked(bytes) {
      if (bytes < refused) largest = Math.max(largest, bytes);
    },
    tooLarge(bytes, stated = null) {
      refused = Math.min(refused, bytes);
      // What worked once may be refused another time.
      if (largest >= refused) largest = 0;
      if (stated === null || stated * MARGIN >= bytes) return;
      refused = Math.min(refused, stated);
      largest = Math.floor(refused * MARGIN);
    },
  };
}

const units: Readonly<Record<string, number>> = { bytes: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `pack exceeds maximum allowed size (1024.00 KiB)`, as newer servers say it (gitlab-push-observed §k). */
export function statedLimit(text: string): number | null {
  const [, size, unit = ''] = /maximum allowed size \(([\d.]+) (\w+)\)/.exec(text) ?? [];
  const factor = units[unit];
  return size === undefined || factor === undefined ? null : Math.floor(Number(size) * factor);
}
