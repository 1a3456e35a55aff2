import { capabilitiesIn } from '../advertisement.ts';
import type { TransferJob } from '../transport.ts';

/** Tells whether the target takes push options. What it can do is the same for all its repositories: asked once a run. */
export function createPushOptions(): (job: TransferJob) => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return async function takesPushOptions(job) {
    // The trouble of one repository is none of another's: that one asks for itself.
    const known = await asked?.catch(() => null);
    if (typeof known === 'boolean') return known;
    asked = ask(job);
    return asked;
  };
}

async function ask({ target, id }: TransferJob): Promise<boolean> {
  return capabilitiesIn(await target.advertisement('git-receive-pack'), id).includes('push-options');
}
