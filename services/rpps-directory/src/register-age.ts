import type { Postgres } from '@psc/datastores';
import { Gauge, type Registry } from '@psc/runtime';

/**
 * When each kind of extract was last imported, for an alert: a register that is no longer imported still says `active`
 * of people who were struck off since. Absent until the first import, and as it was while PostgreSQL does not answer.
 */
export function measureRegisterAge(metrics: Registry, postgres: Postgres): void {
  new Gauge({
    name: 'rpps_register_imported_timestamp_seconds',
    help: 'Time of the last accepted import, by kind of extract, in seconds since the epoch',
    labelNames: ['kind'],
    registers: [metrics],
    async collect() {
      const last = await postgres
        .query<{ kind: string; at: number }>(LAST_IMPORTS)
        .catch(() => ({ rows: [] }));
      for (const { kind, at } of last.rows) this.set({ kind }, at);
    },
  });
}

const LAST_IMPORTS = `
  SELECT kind, extract(epoch FROM max(finished_at))::float8 AS at FROM versions WHERE undoes IS NULL GROUP BY kind`;
