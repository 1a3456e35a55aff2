/** What fills in the sentence of a finding. */
export type Words = { readonly [name: string]: string | number | undefined };

/**
 * `ok`: as it should be. `note`: good to know. `warning`: something will not be as one may expect. `error`: a migration
 * cannot succeed like this.
 */
export type Level = 'ok' | 'note' | 'warning' | 'error';

/** What is known of a finding before it is met: how bad it is, its sentence, and the way out ('' when none is needed). */
export type CheckEntry = {
  level: Level;
  sentence: (words: Words) => string;
  wayOut: (words: Words) => string;
};

/** For findings that ask nothing of anybody. */
export function nothing(): string {
  return '';
}
