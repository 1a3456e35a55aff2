import { Readable } from 'node:stream';

/** Texts by their names, and one file. */
export type Form = {
  fields?: Readonly<Record<string, string>>;
  file: { field: string; name: string; type: string };
};

/**
 * What stands around the bytes of the file in a body of multipart/form-data. `boundary` must not be in them.
 * gitbeaker sends files to addresses that do not exist, or under names that GitLab drops (GL-353).
 */
export function multipart(
  { fields = {}, file }: Form,
  boundary: string,
): { type: string; head: Buffer; tail: Buffer } {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; filename="${quoted(file.name)}"\r\nContent-Type: ${file.type}\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    head: Buffer.from(parts.join('') + opening),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}

/** The body around bytes that are at hand. */
export function bodyOf({ head, tail }: { head: Buffer; tail: Buffer }, bytes: Uint8Array): Buffer {
  return Buffer.concat([head, bytes, tail]);
}

/** The same around bytes that come. */
export function streamOf({ head, tail }: { head: Buffer; tail: Buffer }, bytes: Readable): Readable {
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    for await (const chunk of bytes) yield chunk as Buffer;
    yield tail;
  }
  return Readable.from(all(), { objectMode: false });
}

/** As browsers do (HTML standard, multipart/form-data encoding algorithm). */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
