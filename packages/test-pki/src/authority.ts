import {
  createPrivateKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { nameOf, type Subject } from './subject.ts';

/** A certificate with its private key, both PEM (PKCS #8). */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says. */
export interface Profile {
  readonly subject: Subject;
  /** What it may be used for in TLS; none: it says nothing of it. */
  readonly usages?: readonly ('clientAuth' | 'serverAuth')[];
  readonly validFrom?: Date;
  readonly validUntil?: Date;
  /** Names and addresses of a server. */
  readonly names?: readonly string[];
  readonly key?: 'EC' | 'RSA';
}

/** A certification authority for tests: real keys, real signatures, that nobody outside trusts. */
export interface Authority extends Issued {
  issue(profile: Profile): Issued;
  /** An authority below this one. */
  issueAuthority(profile: Profile): Authority;
}

const DAY_MS = 86_400_000;

/** A root of its own. */
export function createAuthority(profile: Profile): Authority {
  const keys = generateKeys(profile.key);
  const certificate = certify({ profile, publicKey: keys.publicKey, isAuthority: true, signedBy: keys });
  return openAuthority({ certificate, key: pemOf(keys.privateKey) });
}

/** The authority of a certificate and a key that were kept. */
export function openAuthority(issued: Issued): Authority {
  const privateKey = createPrivateKey(issued.key);
  const own = new X509Certificate(issued.certificate);
  const issuer = AsnConvert.parse(own.raw, Certificate).tbsCertificate.subject;
  const signedBy = { privateKey, publicKey: own.publicKey };

  function issue(profile: Profile, isAuthority: boolean): Issued {
    const { publicKey, privateKey: key } = generateKeys(profile.key);
    return { certificate: certify({ profile, publicKey, isAuthority, signedBy, issuer }), key: pemOf(key) };
  }

  return {
    ...issued,
    issue: (profile) => issue(profile, false),
    issueAuthority: (profile) => openAuthority(issue(profile, true)),
  };
}

function certify(asked: {
  readonly profile: Profile;
  readonly publicKey: KeyObject;
  readonly isAuthority: boolean;
  readonly signedBy: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** Left out: itself. */
  readonly issuer?: TBSCertificate['issuer'];
}): string {
  const { profile, publicKey, isAuthority, signedBy } = asked;
  const subject = nameOf(profile.subject);
  const algorithm = signatureOf(signedBy.privateKey);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: asked.issuer ?? subject,
    validity: new Validity({
      // Clocks differ a little.
      notBefore: profile.validFrom ?? new Date(Date.now() - 60_000),
      notAfter: profile.validUntil ?? new Date(Date.now() + 365 * DAY_MS),
    }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(spkiOf(publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(profile, publicKey, signedBy.publicKey, isAuthority)),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const signature = sign('sha256', signed, signedBy.privateKey);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: arrayBufferOf(signature),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString();
}

function extensionsOf(
  { usages = [], names = [] }: Profile,
  publicKey: KeyObject,
  issuerKey: KeyObject,
  isAuthority: boolean,
): Extension[] {
  const authorityKeyId = new AuthorityKeyIdentifier();
  authorityKeyId.keyIdentifier = new KeyIdentifier(keyIdOf(issuerKey));
  const use = isAuthority
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature;
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: isAuthority }), true),
    extension(id_ce_keyUsage, new KeyUsage(use), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdOf(publicKey))),
    extension(id_ce_authorityKeyIdentifier, authorityKeyId),
  ];
  if (usages.length > 0) {
    const purposes = usages.map((usage) => (usage === 'clientAuth' ? id_kp_clientAuth : id_kp_serverAuth));
    extensions.push(extension(id_ce_extKeyUsage, new ExtendedKeyUsage(purposes)));
  }
  if (names.length > 0) {
    const alternatives = new SubjectAlternativeName(names.map(generalName));
    extensions.push(extension(id_ce_subjectAltName, alternatives));
  }
  return extensions;
}

function generalName(name: string): GeneralName {
  return isIP(name) ? new GeneralName({ iPAddress: name }) : new GeneralName({ dNSName: name });
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function generateKeys(kind: Profile['key'] = 'EC') {
  return kind === 'EC'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function signatureOf(key: KeyObject): AlgorithmIdentifier {
  const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
  const rsaWithSha256 = '1.2.840.113549.1.1.11';
  return key.asymmetricKeyType === 'ec'
    ? new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 })
    : new AlgorithmIdentifier({ algorithm: rsaWithSha256, parameters: null });
}

/** Positive, and with no byte too many, as DER wants it. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return arrayBufferOf(bytes);
}

function keyIdOf(publicKey: KeyObject): ArrayBuffer {
  return arrayBufferOf(hash('sha256', spkiOf(publicKey), 'buffer').subarray(0, 20));
}

function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' });
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function arrayBufferOf(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
