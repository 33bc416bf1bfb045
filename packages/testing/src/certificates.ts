// The X.509 library asks for it before itself.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface TestCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM (PKCS #8). */
  readonly key: string;
}

export interface TestAuthority {
  /** Its own certificate, PEM: what somebody who trusts it is given. */
  readonly ca: string;
  /** A server certificate for these names and addresses, as `localhost` and `127.0.0.1`. */
  issue(names: readonly string[]): Promise<TestCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 60 * 60_000;

/** A certification authority that lives as long as the test: real X.509, real keys. */
export async function createTestAuthority(): Promise<TestAuthority> {
  cryptoProvider.set(webcrypto);
  const validity = { notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(Date.now() + HOUR_MS) };
  const newPair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const keys = await newPair();
  const name = 'CN=Test authority';
  const root = await X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });

  return {
    ca: root.toString('pem'),

    async issue(names) {
      const pair = await newPair();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${names[0]}`,
        issuer: name,
        publicKey: pair.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        ...validity,
        extensions: [
          new SubjectAlternativeNameExtension(
            names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
          ),
        ],
      });
      const key = KeyObject.from(pair.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: certificate.toString('pem'), key };
    },
  };
}
