/** Sentences that cli.ts itself says. */
export const stoppingSoon =
  '\ngb2gl: finishing what is under way, then stopping; press Ctrl-C again to drop it and stop at once\n';

export const abortingNow = '\ngb2gl: stopping at once; run the same command again to go on\n';

export function errorLines(message: string, hint: string): string {
  return `gb2gl: ${message}\n  -> ${hint}\n`;
}

/** What commander says about a wrong command line, in one line and without its own prefix. */
export function usageText(message: string): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
