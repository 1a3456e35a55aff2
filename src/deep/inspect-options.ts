import type { Config } from '../config/schema.ts';
import type { Emit, RefListing } from '../model.ts';
import type { Runtime } from '../runtime.ts';
import type { Source } from '../source/gitbucket.ts';
import type { Target } from '../target/gitlab.ts';
import type { MirrorOptions } from '../transfer/mirror-update.ts';

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
