import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Where everything listens: one number moves all of them. */
export interface Ports {
  readonly 'oidc-provider': number;
  readonly 'auth-broker': number;
  readonly 'rpps-directory': number;
  readonly 'notification-worker': number;
  readonly control: number;
  readonly redis: number;
  readonly postgresql: number;
  /** The issuer once more, over TLS, for applications with a certificate. */
  readonly mtls: number;
  /** Mailboxes and telephones, for notification-worker alone. */
  readonly sms: number;
  readonly smtp: number;
  readonly demo: number;
}

const offsets: Ports = {
  'oidc-provider': 0,
  'auth-broker': 1,
  'rpps-directory': 2,
  'notification-worker': 3,
  control: 5,
  redis: 379,
  postgresql: 432,
  mtls: 444,
  sms: 446,
  smtp: 465,
  demo: 1_000,
};

// The keys of a constant of this file.
const useNames = Object.keys(offsets) as (keyof Ports)[];

/** The bases whose ports all exist, and need no root. */
export const portBases = { least: 1_024, greatest: 65_535 - 1_000 };

export function portsFrom(base: number): Ports {
  // The same names with other numbers.
  return Object.fromEntries(
    Object.entries(offsets).map(([use, offset]) => [use, base + offset]),
  ) as unknown as Ports;
}

/** For a person whose port is taken. */
export const portUses: Readonly<Record<keyof Ports, string>> = {
  'oidc-provider': 'oidc-provider, the issuer',
  'auth-broker': 'auth-broker, the wallet host',
  'rpps-directory': 'rpps-directory',
  'notification-worker': 'notification-worker',
  control: 'control API and console',
  redis: 'Redis',
  postgresql: 'PostgreSQL',
  mtls: 'oidc-provider, for applications with a certificate',
  sms: 'SMS gateway',
  smtp: 'SMTP server',
  demo: 'demo application',
};

/** The uses whose port is somebody else's, among those that matter. */
export async function takenPorts(
  ports: Ports,
  matters: (use: keyof Ports) => boolean = () => true,
): Promise<(keyof Ports)[]> {
  const uses = useNames.filter(matters);
  const taken = await Promise.all(uses.map((use) => isTaken(ports[use])));
  return uses.filter((_, i) => taken[i]);
}

/** A base whose ports are all free, below those that the kernel gives to outgoing connections. */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = 10_000 + 10 * randomInt(2_000);
    if ((await takenPorts(portsFrom(base))).length === 0) return base;
  }
}

/** Ports that nobody uses now, all different, for what needs no port known in advance. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  // A TCP server that listens has an address of this shape; a string is a socket file's.
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** True when something listens on this port, whatever the address: a browser says `localhost`, which may be IPv6. */
async function isTaken(port: number): Promise<boolean> {
  return !(await canListen(port, '0.0.0.0')) || !(await canListen(port, '::'));
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer().listen({ port, host, ipv6Only: true, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    // A machine without IPv6 cannot have anyone listening there either.
    return !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
  }
  server.close();
  await once(server, 'close');
  return true;
}
