import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

/**
 * How axios makes a streamed request. Chosen here because axios bounds its own choice by the clock, however well a long upload goes on. Until the request has
 * a connection, though, nothing else bounds it: that of a socket begins with the socket.
 */
export function transportWithin(timeoutMs: number, body: Readable | Buffer | undefined) {
  let used: { socket: Socket; before: number } | null = null;
  return {
    /** About how much of the request was sent. */
    sentBytes: () => (used === null ? 0 : used.socket.bytesWritten - used.before),
    request(options: https.RequestOptions, answered: (response: http.IncomingMessage) => void) {
      const { request } = options.protocol === 'https:' ? https : http;
      const sent = request(options, answered);
      const late = Object.assign(new Error('no connection was free'), { code: 'ETIMEDOUT' });
      const timer = setTimeout(() => sent.destroy(late), timeoutMs);
      // What it is to send broke off while a connection was awaited: nobody else would end it.
      if (body instanceof Readable && body.destroyed) sent.destroy(body.errored ?? undefined);
      for (const event of ['socket', 'close']) sent.once(event, () => clearTimeout(timer));
      // It may have served other requests before.
      sent.once('socket', (socket) => (used = { socket, before: socket.bytesWritten }));
      return sent;
    },
  };
}
