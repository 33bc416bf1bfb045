import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type Authority, createAuthority, type Issued, openAuthority } from '@psc/test-pki';
import { applicationProfile } from './application-certificates.ts';

/** The test PKI of one sandbox: nobody outside believes it. */
export interface Pki {
  /** Issues whatever else is needed while the sandbox runs; nothing of that is kept. */
  readonly authority: Authority;
  /** For the servers of this machine that speak TLS. */
  readonly server: Issued;
  /** Of the application `sandbox-mtls`. */
  readonly mtlsApplication: Issued;
}

const DAY_MS = 86_400_000;
/** As long as a year is left, nobody who imported it is bothered. */
const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 365;
/** A sandbox that is left running for a month goes on working. */
const RENEWED_BEFORE_DAYS = 30;

/**
 * Made on the first start, in files of `directory` whose keys only their owner may read: `<name>.pem` and `<name>.key`. What
 * is about to expire, or no longer fits, is made anew; the authority stays, so that who imported it believes what follows.
 */
export function keepPki(directory: string, serverNames: readonly string[]): Pki {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const root = keep(
    directory,
    'authority',
    AUTHORITY_DAYS,
    () => true,
    (validUntil) =>
      createAuthority({
        subject: [{ C: 'FR' }, { O: 'PSC sandbox' }, { CN: 'PSC sandbox test authority' }],
        validUntil,
      }),
  );
  const authority = openAuthority(root);
  const issuer = new X509Certificate(root.certificate);
  const isOwn = (certificate: X509Certificate) =>
    certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

  return {
    authority,
    server: keep(
      directory,
      'server',
      CERTIFICATE_DAYS,
      (certificate) => isOwn(certificate) && serverNames.every((name) => isFor(certificate, name)),
      (validUntil) =>
        authority.issue({
          subject: [{ CN: serverNames[0] ?? 'localhost' }],
          names: serverNames,
          usages: ['serverAuth'],
          validUntil,
        }),
    ),
    mtlsApplication: keep(directory, 'sandbox-mtls', CERTIFICATE_DAYS, isOwn, (validUntil) =>
      authority.issue({ ...applicationProfile('sandbox-mtls'), validUntil }),
    ),
  };
}

function isFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}

function keep(
  directory: string,
  name: string,
  days: number,
  fits: (certificate: X509Certificate) => boolean,
  issue: (validUntil: Date) => Issued,
): Issued {
  const [certificateFile, keyFile] = [join(directory, `${name}.pem`), join(directory, `${name}.key`)];
  const kept =
    existsSync(certificateFile) && existsSync(keyFile) ? read(certificateFile, keyFile) : undefined;
  if (kept && isFresh(kept) && fits(new X509Certificate(kept.certificate))) return kept;
  const { certificate, key } = issue(new Date(Date.now() + days * DAY_MS));
  writeFileSync(keyFile, key, { mode: 0o600 });
  // The mode above only counts for a new file.
  chmodSync(keyFile, 0o600);
  writeFileSync(certificateFile, certificate);
  return { certificate, key };
}

function read(certificateFile: string, keyFile: string): Issued {
  return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** Of the two files one may have been replaced, and not the other. */
function isFresh({ certificate, key }: Issued): boolean {
  try {
    const x509 = new X509Certificate(certificate);
    const left = x509.validToDate.getTime() - Date.now();
    return left > RENEWED_BEFORE_DAYS * DAY_MS && x509.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
