import type { Context } from '../../context.ts';
import type { Project } from '../../state.ts';
import type { People } from './people.ts';

/** One import under way. */
export type Importing = {
  context: Context;
  project: Project;
  people: People;
  /** What a date becomes that is none. */
  now: string;
  /** Waits for as long as the next part of an item takes. */
  pause(): Promise<void>;
};
