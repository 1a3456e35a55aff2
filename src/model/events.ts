/** What the engine tells while it works. */
import type { ItemResult } from './result.ts';

export type Phase =
  | 'connect'
  | 'discover'
  | 'plan'
  | 'inspect'
  | 'export'
  | 'stage'
  | 'people'
  | 'groups'
  | 'repositories'
  | 'tracker'
  | 'finish'
  | 'report';

/** Everything the engine tells; terminal, log and reports subscribe. */
export type RunEvent =
  | { type: 'phase'; phase: Phase; total: number }
  | { type: 'phase-progress'; phase: Phase; done: number; total: number; detail?: string }
  /** `interrupted`: it ended before its work did. */
  | { type: 'phase-done'; phase: Phase; summary: string; interrupted?: boolean }
  | { type: 'item-started'; id: string }
  | { type: 'item-step'; id: string; step: string }
  | { type: 'item-progress'; id: string; stage: string; percent: number | null; bytes: number }
  | { type: 'item-retry'; id: string; reason: string; waitMs: number }
  | { type: 'item-finished'; result: ItemResult }
  | { type: 'pause'; server: 'source' | 'target'; reason: string; waitMs: number }
  | { type: 'warning'; message: string }
  /** Ctrl-C; `finishing` when what is under way is still brought to its end. */
  | { type: 'stopping'; finishing: boolean };

export type Emit = (event: RunEvent) => void;
