/** The neutral words that all rooms share; see docs/design.md §2. Nothing here does anything. */
export type * from './model/servers.ts';
export type * from './model/plan.ts';
export type * from './model/result.ts';
export type * from './model/events.ts';
