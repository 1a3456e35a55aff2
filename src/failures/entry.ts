import type { ExitCode } from '../model/result.ts';

export type ErrorContext = { readonly [name: string]: string | number | undefined };

/** Who has to do something about it. */
export type Blame = 'you' | 'source' | 'target' | 'network' | 'us';

export type Entry = {
  message(context: ErrorContext): string;
  hint(context: ErrorContext): string;
  blame: Blame;
  retryable: boolean;
  exit: ExitCode;
};
