import { Readable } from 'node:stream';
import type { AxiosInstance } from 'axios';
import type { Server } from './http-failure.ts';
import { failureOf } from './http-failure.ts';

export type StreamRequest = {
  /** Appended to the base URL as it is. */
  path: string;
  headers: Record<string, string | null>;
  /** Sent chunked when it is a stream. */
  body: Readable | Buffer;
};

export type StreamAnswer = { status: number; headers: Record<string, string>; body: Readable };

/**
 * POSTs a body of any size and gives the answer as a stream, both with backpressure. Resolves as soon as the answer's
 * head is there, also while the body is still being sent. Never repeated, and outside the limit of small requests.
 */
export async function postStream(
  client: AxiosInstance,
  server: Server,
  request: StreamRequest,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<StreamAnswer> {
  try {
    const response = await client.request<Readable>({
      method: 'POST',
      url: server.url + request.path,
      headers: request.headers,
      data: request.body,
      responseType: 'stream',
      maxBodyLength: Infinity,
      timeout: options.timeoutMs,
      signal: options.signal,
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name.toLowerCase()] = String(value);
    return { status: response.status, headers, body: response.data };
  } catch (error) {
    throw failureOf(error, server, request.path, options.timeoutMs);
  }
}

/** The beginning of an answer that is only looked at for a message; the rest is thrown away. */
export async function beginningOf(body: Readable, bytes = 4096): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= bytes) break;
    }
  } catch {
    // What was read so far is all there is.
  }
  body.destroy();
  return Buffer.concat(chunks).toString('utf8', 0, bytes);
}
