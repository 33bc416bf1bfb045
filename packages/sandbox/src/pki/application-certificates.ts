import type { Profile } from '@psc/test-pki';

const FINESS = '0B0270001';
const NAME = 'ETABLISSEMENT DE DEMONSTRATION';

/** As IGC-Santé makes the certificates of organisations: the structure's identifier in OU, `1` before its FINESS. */
export function applicationProfile(clientId: string): Profile {
  return {
    subject: [{ C: 'FR' }, { O: NAME }, { OU: `1${FINESS}` }, { CN: clientId }],
    usages: ['clientAuth'],
  };
}

/** The same subject as RFC 4514 writes it. The name of an application holds nothing that must be escaped. */
export function applicationSubject(clientId: string): string {
  return `CN=${clientId},OU=1${FINESS},O=${NAME},C=FR`;
}
