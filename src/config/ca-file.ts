import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { caUnusable } from '../failures/usage.ts';

/** The text of a PEM file with CA certificates, each of them whole: Node would pass over what it cannot read. @throws ca-unusable */
export async function readCaFile(file: string, side: 'source' | 'target'): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw caUnusable(file, { side, detail: (error as Error).message }, error);
  }
  const blocks =
    text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^]*?(?:-----END [A-Z ]+-----|$)/g) ?? [];
  if (blocks.length === 0) throw caUnusable(file, { side, detail: 'it has no certificate in PEM form' });
  const damaged = blocks.findIndex((block) => !isCertificate(block));
  if (damaged < 0) return text;
  throw caUnusable(file, { side, detail: `certificate ${damaged + 1} of ${blocks.length} in it is damaged` });
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}
