import { join } from 'node:path';
import type { Runtime } from '../runtime.ts';
import { createAutoTransport } from './auto.ts';
import { createMirrorTransport } from './mirror.ts';
import type { MirrorOptions } from './mirror-update.ts';
import { createRelayTransport } from './relay/relay.ts';
import type { Transport } from './transport.ts';

export type TransportName = 'auto' | 'relay' | 'mirror';

/** Seconds of silence before git gives up: a hook of 20 ms for each of 200 refs is long but honest silence. */
const STALL_SECONDS = 300;

export function chooseTransport(name: TransportName, workDir: string, runtime: Runtime): Transport {
  const { now } = runtime;
  const relay = createRelayTransport(now);
  if (name === 'relay') return relay;
  const mirror = createMirrorTransport({ ...mirrorOptions(workDir, runtime), now });
  return name === 'mirror' ? mirror : createAutoTransport({ relay, mirror });
}

/** Where the mirrors are, and how git fetches into them. */
export function mirrorOptions(workDir: string, { env }: Pick<Runtime, 'env'>): MirrorOptions {
  const stallSeconds = Number(env['GB2GL_TIMEOUT']) || STALL_SECONDS;
  return { directory: join(workDir, 'mirrors'), env, stallSeconds };
}
