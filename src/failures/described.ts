import type { Blame, FailureState } from './failure.ts';
import { failures } from './index.ts';

type Words = Record<string, string>;
type Told = { message: string; fix?: string };

/** What is written down about a kind of failure, or of finding. */
export type Described = { messages: string[]; fixes: string[] };

export type DescribedFailure = Described & {
  code: string;
  blame: Blame;
  state: FailureState;
  retryable: boolean;
};

/** Every failure that is expected to happen, sorted by code. */
export function describedFailures(): DescribedFailure[] {
  return Object.values(failures)
    .map(({ code, blame, state, retryable, text }) => ({ code, blame, state, retryable, ...described(text) }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

/** Its sentences, with `{name}` for every word. Some differ between the two servers: then there are two. */
export function described(text: (words: never) => Told): Described {
  const write = text as (words: Words) => Told;
  const both = [write(placeholders('source')), write(placeholders('target'))];
  return {
    messages: [...new Set(both.map(({ message }) => message))],
    fixes: [...new Set(both.flatMap(({ fix = '' }) => (fix === '' ? [] : [fix])))],
  };
}

/** Words of which every name stands for itself. */
function placeholders(side: 'source' | 'target'): Words {
  return new Proxy<Words>({}, { get: (_, name) => (name === 'side' ? side : `{${String(name)}}`) });
}
