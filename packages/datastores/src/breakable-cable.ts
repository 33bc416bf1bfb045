import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** For tests: a cable to a real server that can be cut, or that stops bringing answers. */
export interface BreakableCable {
  /** The server's URL, through the cable. */
  readonly url: string;
  /** Connections asked for so far. */
  readonly connections: number;
  /** Every connection is lost, and new ones are closed as soon as they are made. */
  cut(): void;
  /** What is sent still arrives; no answer comes back. */
  mute(): void;
  /** New connections work again. */
  mend(): void;
  close(): Promise<void>;
}

export async function layCable(serverUrl: string): Promise<BreakableCable> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'mute' = 'whole';
  let connections = 0;

  const server = createServer((near) => {
    connections += 1;
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (state !== 'mute') near.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');

  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  function lose(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    url: url.href,
    get connections() {
      return connections;
    },
    cut() {
      state = 'cut';
      lose();
    },
    mute() {
      state = 'mute';
    },
    mend() {
      state = 'whole';
    },
    async close() {
      lose();
      server.close();
      await once(server, 'close');
    },
  };
}
