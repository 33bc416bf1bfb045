import type { Postgres } from '@psc/datastores';
import { Gauge, type Registry } from '@psc/runtime';
import { readBehind } from '#src/adapters/follower.postgres.ts';
import { type ListName, lists } from './lists.ts';

/** A scrape is answered within this time, with or without PostgreSQL. */
const PATIENCE_MS = 2_000;
/** Counted, at most. */
const MOST_WAITING = 10_000;

/**
 * What an operator alerts on: how old the register is, and what is behind it. Read when somebody asks for metrics, once
 * for all of them. What PostgreSQL does not tell in time is NaN, and the time of an import as it was.
 */
export function measureRegister(needs: {
  readonly metrics: Registry;
  readonly postgres: Postgres;
  /** The lists that this service keeps. */
  readonly names: readonly ListName[];
}): void {
  const { postgres, names } = needs;
  const registers = [needs.metrics];
  const read = createReading(() =>
    Promise.all([
      postgres.query<{ kind: string; at: number }>(LAST_IMPORTS, [], 'last-imports'),
      postgres.query<{ waiting: number }>(WAITING, [MOST_WAITING], 'events-waiting'),
      readBehind(
        postgres,
        names.map((name) => lists[name].name),
      ),
    ]).then(([imported, counted, behind]) => ({
      imported: imported.rows,
      waiting: counted.rows[0]?.waiting,
      behind: new Map(behind.map((each) => [each.name, each])),
    })),
  );

  new Gauge({
    name: 'rpps_register_imported_timestamp_seconds',
    help: 'Time of the last import that was accepted and not undone, by kind of extract, in seconds since the epoch',
    labelNames: ['kind'],
    registers,
    async collect() {
      for (const { kind, at } of (await read())?.imported ?? []) this.set({ kind }, at);
    },
  });
  new Gauge({
    name: 'rpps_register_events_waiting',
    help: `Events of the register that were not handed to the services that act on them yet, ${MOST_WAITING} at most`,
    registers,
    async collect() {
      this.set((await read())?.waiting ?? Number.NaN);
    },
  });
  const measureLists = (unit: 'versions' | 'seconds', help: string) =>
    new Gauge({
      name: `rpps_register_list_behind_${unit}`,
      help,
      labelNames: ['list'],
      registers,
      async collect() {
        const { behind } = (await read()) ?? {};
        for (const list of names) this.set({ list }, behind?.get(lists[list].name)?.[unit] ?? Number.NaN);
      },
    });
  measureLists(
    'versions',
    'Imports and rollbacks that a list of the register does not show yet; 0: it is up to date',
  );
  measureLists(
    'seconds',
    'Age of the oldest import or rollback that a list of the register does not show yet; 0: it is up to date',
  );
}

/** One reading at a time, however many ask for it, and undefined when it fails or takes too long. */
function createReading<Value>(read: () => Promise<Value>): () => Promise<Value | undefined> {
  let running: Promise<Value | undefined> | undefined;
  return () => {
    running ??= read()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    return Promise.race([running, late.then(() => undefined)]).finally(() => clearTimeout(timer));
  };
}

const LAST_IMPORTS = `
  SELECT kind, extract(epoch FROM max(finished_at))::float8 AS at FROM versions v
  WHERE undoes IS NULL AND NOT EXISTS (SELECT FROM versions u WHERE u.undoes = v.id) GROUP BY kind`;

const WAITING = `
  SELECT count(*)::int AS waiting FROM (SELECT FROM register_events WHERE queued_at IS NULL LIMIT $1) AS waiting`;
