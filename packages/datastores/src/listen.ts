import type { Postgres } from './postgres.ts';

const RECONNECT_MS = 1_000;

/**
 * LISTEN on a connection of its own, taken from the pool for good; a lost one is opened again a little later. `notified`
 * is also called whenever the connection is there again: what was said meanwhile was missed. Answers how to stop.
 */
export function listenTo(postgres: Postgres, channel: string, notified: () => void): () => void {
  if (!/^[a-z_]+$/.test(channel)) throw new TypeError('a channel is named in lower case');
  let stopped = false;
  let connection: Awaited<ReturnType<Postgres['connect']>> | undefined;
  let retry: NodeJS.Timeout | undefined;

  function reconnect(): void {
    // Destroyed, so that a connection that listens never goes back to the pool.
    connection?.release(true);
    connection = undefined;
    if (!stopped) retry = setTimeout(listen, RECONNECT_MS).unref();
  }

  async function listen(): Promise<void> {
    try {
      const client = await postgres.connect();
      if (stopped) return client.release(true);
      connection = client;
      client.on('notification', notified);
      client.once('end', () => {
        if (connection === client) reconnect();
      });
      await client.query(`LISTEN ${channel}`);
      notified();
    } catch {
      reconnect();
    }
  }

  void listen();
  return () => {
    stopped = true;
    clearTimeout(retry);
    connection?.release(true);
    connection = undefined;
  };
}
