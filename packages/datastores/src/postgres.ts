import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { Unavailable } from '@psc/kernel';
import pg from 'pg';

/** The part of PostgreSQL that adapters see: parametrised statements, and a transaction when several must hold together. */
export interface Postgres extends Queryable {
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  /** A connection of one's own, for COPY or LISTEN. Release it. */
  connect(): Promise<pg.PoolClient>;
  close(): Promise<void>;
}

export interface Queryable {
  /** `text` is a constant of the program; values only ever travel as parameters. Prepared once per connection by `name`. */
  query<Row extends pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<pg.QueryResult<Row>>;
}

export interface PostgresSettings {
  readonly url: string;
  /** At most this many connections per process. */
  readonly poolSize: number;
  readonly onError: (error: Error) => void;
}

const tracer = trace.getTracer('@psc/datastores');

/** Opens lazily: the first query connects. Waits 3 s at most for a connection, and 10 s for a statement. */
export function openPostgres(settings: PostgresSettings): Postgres {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  pool.on('error', settings.onError);

  return {
    query: traced(pool),
    async transaction(work) {
      const client = await pool.connect().catch(asUnavailable);
      const query = traced(client);
      try {
        await query('BEGIN');
        const result = await work({ query });
        await query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        // A connection whose rollback fails is in an unknown state: it is destroyed, not reused.
        const rollback = await query('ROLLBACK').then(
          () => undefined,
          () => true,
        );
        client.release(rollback);
        throw error;
      }
    },
    connect: () => pool.connect().catch(asUnavailable),
    close: () => pool.end(),
  };
}

function traced(client: pg.Pool | pg.PoolClient): Queryable['query'] {
  return <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = [], name?: string) =>
    tracer.startActiveSpan(
      'postgresql.query',
      { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': text } },
      async (span) => {
        try {
          return await client.query<Row>({ text, values: [...values], ...(name ? { name } : {}) });
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw isOutage(error) ? asUnavailable(error) : error;
        } finally {
          span.end();
        }
      },
    );
}

/** Connection lost or refused (SQLSTATE classes 08 and 57P), too many connections (53), or no SQLSTATE at all. */
function isOutage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57)/.test(code);
}

function asUnavailable(cause: unknown): never {
  throw new Unavailable('postgresql_unavailable', 'PostgreSQL did not answer', { cause });
}
