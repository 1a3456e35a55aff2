import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createMirrorTransport } from '../../src/transfer/mirror.ts';
import type { Transport } from '../../src/transfer/transport.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { relaySetup, type RelaySetup } from './relay-setup.ts';

export type MirrorSetup = RelaySetup & {
  /** The mirror's folder, once there is one. */
  mirror(): Promise<string>;
};

/** The transport that keeps its mirrors below this folder; a shorter stall is git's own alone, not the servers'. */
export function mirrorTransport(folder: string, { stallSeconds = 240 } = {}): Transport {
  return createMirrorTransport({
    directory: join(folder, 'mirrors'),
    runtime: quietRuntime(folder),
    stallSeconds,
  });
}

/** One repository on the embedded GitBucket, one empty project on the embedded GitLab, and the mirrors between them. */
export async function mirrorSetup(): Promise<MirrorSetup> {
  const setup = await relaySetup({ transport: mirrorTransport });
  return {
    ...setup,
    async mirror() {
      const directory = join(setup.folder, 'mirrors');
      const [name = ''] = await readdir(directory);
      return join(directory, name);
    },
  };
}
