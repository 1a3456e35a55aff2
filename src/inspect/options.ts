import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import type { Target } from '../model/target.ts';
import type { Source } from '../model/source.ts';
import type { Emit } from '../model/events.ts';
import type { RefListing } from '../model/forge.ts';
import type { MirrorOptions } from '../transfer/mirror.ts';

export type InspectOptions = {
  source: Source;
  target: Target;
  config: Config;
  runtime: Runtime;
  emit: Emit;
  mirrors: MirrorOptions;
  /** Refs of the source as they were listed for the plan. */
  listings: ReadonlyMap<string, RefListing>;
};
