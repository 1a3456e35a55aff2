import type { Entry } from './failures/entry.ts';
import { connecting } from './failures/connecting.ts';
import { moving } from './failures/moving.ts';
import { placing } from './failures/placing.ts';
import { starting } from './failures/starting.ts';

export type { Blame, Entry, ErrorContext } from './failures/entry.ts';

/** Every failure that is expected to happen, in the order in which a run can meet them. docs/errors.md is made from it. */
export const catalogue = {
  ...starting,
  ...connecting,
  ...placing,
  ...moving,
} satisfies Record<string, Entry>;
