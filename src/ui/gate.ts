/** A promise that is settled from outside. */
export type Gate = { opened: Promise<void>; open(): void; break(why: Error): void };

/** Makes a closed gate. */
export function createGate(): Gate {
  const settle: { open?: () => void; fail?: (why: Error) => void } = {};
  const opened = new Promise<void>((resolve, reject) => {
    settle.open = resolve;
    settle.fail = reject;
  });
  // Broken before anybody waits: that alone must not end the process.
  opened.catch(() => {});
  return { opened, open: () => settle.open?.(), break: (why) => settle.fail?.(why) };
}
