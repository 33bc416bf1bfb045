import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

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
export async function isTaken(port: number): Promise<boolean> {
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
