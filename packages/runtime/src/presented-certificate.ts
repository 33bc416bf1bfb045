import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { compile } from '@fastify/proxy-addr';

export interface CertificateReaderSettings {
  /** The header in which a proxy that ends TLS puts the certificate; undefined when no proxy does. */
  readonly header: string | undefined;
  /** Whose header is believed: the same as for X-Forwarded-For. */
  readonly trustedProxies: readonly string[];
  /** Hears that a trusted proxy sent something else than one certificate. */
  readonly onUnreadable: () => void;
}

export type CertificateReader = (request: IncomingMessage) => X509Certificate | undefined;

/**
 * The certificate whose private key the client of a request has: from its TLS connection when it ends here, otherwise from
 * the header of a trusted proxy. Whose certificate it is remains to be verified. The header is removed in any case, so that
 * nothing behind this reads what anybody may write: a proxy in front of us must replace it, never pass it on.
 */
export function createCertificateReader(settings: CertificateReaderSettings): CertificateReader {
  const header = settings.header?.toLowerCase();
  const proxies = settings.trustedProxies;
  const isTrusted = proxies.length > 0 ? compile([...proxies]) : () => false;

  return (request) => {
    const { socket } = request;
    const told = header === undefined ? undefined : request.headers[header];
    if (header !== undefined) delete request.headers[header];
    // Through a proxy that only passes TLS on, headers are the client's own.
    if (socket instanceof TLSSocket) return socket.getPeerX509Certificate();
    if (told === undefined || told === '' || !isTrusted(socket.remoteAddress ?? '', 0)) return undefined;
    const certificate = readCertificate(String(told));
    if (!certificate) settings.onUnreadable();
    return certificate;
  };
}

/** RFC 9440 §2.1: one byte sequence, DER between colons. */
const BYTE_SEQUENCE = /^:([A-Za-z0-9+/]+={0,2}):$/;
/** What nginx and the ingress controllers made of it send, once unescaped. One certificate: of two, which is meant? */
const PEM = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

function readCertificate(header: string): X509Certificate | undefined {
  try {
    const [, der] = BYTE_SEQUENCE.exec(header) ?? [];
    if (der !== undefined) return new X509Certificate(Buffer.from(der, 'base64'));
    const pem = decodeURIComponent(header);
    return PEM.test(pem) ? new X509Certificate(pem) : undefined;
  } catch {
    return undefined;
  }
}
