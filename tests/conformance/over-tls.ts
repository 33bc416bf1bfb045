import { hash, X509Certificate } from 'node:crypto';
import { callByWire, type Sandbox, type WireAnswer, type WireCertificate } from '@psc/testing';

export interface TlsCall {
  readonly method?: 'GET' | 'POST';
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly certificate?: WireCertificate;
}

/** Calls an endpoint below `protocol/openid-connect` at the listener that asks for a certificate. */
export type TlsCaller = (path: string, call: TlsCall) => Promise<WireAnswer>;

export function createTlsCaller(issuer: string, sandbox: Sandbox): TlsCaller {
  let listener: { readonly base: string; readonly ca: string } | undefined;

  return async (path, { method = 'POST', ...call }) => {
    listener ??= await findListener();
    return callByWire(`${listener.base}/${path}`, { ...call, method, ca: listener.ca });
  };

  /** Where it is, as discovery tells, and which authority to believe there. */
  async function findListener() {
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    const { mtls_endpoint_aliases: aliases } = (await discovery.json()) as {
      readonly mtls_endpoint_aliases: { readonly token_endpoint: string };
    };
    const { body } = await sandbox.call('GET', '/clients');
    const applications = body as readonly { readonly server_ca?: string }[];
    const ca = applications.find(({ server_ca }) => server_ca !== undefined)?.server_ca ?? '';
    return { base: aliases.token_endpoint.slice(0, -'/token'.length), ca };
  }
}

/** `cnf` of a token that is bound to this certificate (RFC 8705 §3.1). */
export function thumbprint({ certificate }: WireCertificate): string {
  return hash('sha256', new X509Certificate(certificate).raw, 'base64url');
}
