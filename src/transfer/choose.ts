import { join } from 'node:path';
import type { Runtime } from '../runtime.ts';
import { createAutoTransport } from './auto.ts';
import { createMirrorTransport } from './mirror.ts';
import { createRelayTransport } from './relay/relay.ts';
import type { Transport } from './transport.ts';

export type TransportName = 'auto' | 'relay' | 'mirror';

/** Seconds of silence before git gives up: a hook of 20 ms for each of 200 refs is long but honest silence. */
const STALL_SECONDS = 300;

export function chooseTransport(name: TransportName, workDir: string, { env, now }: Runtime): Transport {
  const relay = createRelayTransport(now);
  if (name === 'relay') return relay;
  const stallSeconds = Number(env['GB2GL_TIMEOUT']) || STALL_SECONDS;
  const mirror = createMirrorTransport({ directory: join(workDir, 'mirrors'), env, stallSeconds, now });
  return name === 'mirror' ? mirror : createAutoTransport({ relay, mirror });
}
