import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Of every server of ours, in milliseconds: how long a request may take to arrive, and a connection may idle. */
export const connectionLimits = { requestTimeout: 15_000, keepAliveTimeout: 72_000 };

/**
 * Browsers connect ahead of need. To Node a connection that never carried a request is not idle: left alone, it holds
 * back a server that stops for as long as the browser likes.
 */
export function createUnusedConnections(
  server: Server,
  event: 'connection' | 'secureConnection',
): { destroy(): void } {
  const unused = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request) => unused.delete(request.socket));
  return {
    destroy() {
      for (const socket of unused) socket.destroy();
    },
  };
}
