import type { Person } from './seeds/person.ts';
import type { Cluster } from './supervisor/cluster.ts';
import { FHIR_KEY } from './supervisor/commands.ts';

/** Characters; the sentence of one register's label is longer than a terminal. */
const LONGEST = 30;

/** What a person reads once everything runs: where it is, and as whom to log in. */
export function welcome(
  cluster: Pick<Cluster, 'addresses' | 'redisUrl' | 'postgresUrl'>,
  people: readonly Person[],
): string {
  const { addresses } = cluster;
  const places = [
    ['demo application', addresses.demo],
    ['console and control API', addresses.control],
    ['issuer', addresses.issuer],
    ['… with a certificate (mTLS)', addresses.mtls],
    ['discovery', `${addresses.issuer}/.well-known/wallet-openid-configuration`],
    ['wallet', addresses.wallet],
    ['rpps-directory', addresses.directory],
    ['… in FHIR', `${addresses.fhir} (ESANTE-API-KEY: ${FHIR_KEY})`],
    ['notification-worker', addresses.worker],
    // Hosts only: the addresses hold passwords.
    ['PostgreSQL', new URL(cluster.postgresUrl('postgres')).host],
    ['Redis', new URL(cluster.redisUrl).host],
  ];
  const persons = people.map((person) => [
    person.nationalId,
    `${person.givenName} ${person.familyName}`,
    person.profession.length > LONGEST ? `${person.profession.slice(0, LONGEST - 1)}…` : person.profession,
    person.ecps.active ? `PIN ${person.ecps.pin}` : 'no phone',
    person.status === 'active' ? '' : 'struck off the register',
  ]);
  return `\n${table(places)}\n\n${table(persons)}\n`;
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
