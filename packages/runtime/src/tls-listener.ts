import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { FastifyInstance } from 'fastify';
import { connectionLimits, createUnusedConnections } from './connections.ts';

export interface TlsListenerSettings {
  readonly host: string;
  readonly port: number;
  /** The server's own certificate, PEM, followed by those of its authorities as far as clients need them. */
  readonly certificate: string;
  readonly key: string;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Serves the same routes over TLS, for who has a client certificate: it is asked for, and neither demanded nor verified
 * here (`createCertificateReader` gives it). No authority is named to the client: some clients keep for themselves a
 * certificate that none of those named has issued, even though nobody minds. Answers how to stop.
 */
export async function openTlsListener(
  app: FastifyInstance,
  settings: TlsListenerSettings,
): Promise<() => Promise<void>> {
  await app.ready();
  const { host, port, certificate: cert, key } = settings;
  const server = createServer(
    {
      cert,
      key,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    (request, response) => {
      forgetForwarding(request);
      app.routing(request, response);
    },
  );
  Object.assign(server, connectionLimits);
  const unused = createUnusedConnections(server, 'secureConnection');
  server.on('tlsClientError', (error) => app.log.debug({ err: error }, 'a TLS handshake failed'));
  server.listen({ host, port });
  await once(server, 'listening');

  return async () => {
    const closed = once(server, 'close');
    server.close();
    unused.destroy();
    server.closeIdleConnections();
    await closed;
  };
}

/** Nobody who ends TLS is in front of this listener: whatever was forwarded, the client wrote it. */
function forgetForwarding({ headers }: IncomingMessage): void {
  for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']) {
    delete headers[name];
  }
}
