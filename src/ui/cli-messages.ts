/** Sentences that cli.ts itself says. */
export const stoppingSoon =
  '\ngb2gl: finishing what is under way, then stopping; press Ctrl-C again to drop it and stop at once\n';

export const abortingNow = '\ngb2gl: stopping at once; run the same command again to go on\n';

export function errorLines(message: string, hint: string): string {
  return `gb2gl: ${message}\n  -> ${hint}\n`;
}
