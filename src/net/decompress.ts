import { promisify } from 'node:util';
import { brotliDecompress, gunzip, gunzipSync, inflate } from 'node:zlib';

const gunzipAside = promisify(gunzip);
const inflateAside = promisify(inflate);
const brotliAside = promisify(brotliDecompress);

/** Up to this size waking another thread costs more than the work itself. */
const SMALL_BYTES = 64 * 1024;

/**
 * The bytes of an answer as they were before the server packed them; as they are when it did not.
 * @throws whatever zlib says of a damaged body
 */
export async function decompressed(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  switch ((encoding ?? '').trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return bytes.length <= SMALL_BYTES ? gunzipSync(bytes) : gunzipAside(bytes);
    case 'deflate':
      return inflateAside(bytes);
    case 'br':
      return brotliAside(bytes);
    default:
      return bytes;
  }
}
