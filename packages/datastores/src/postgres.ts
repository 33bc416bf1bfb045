import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { Unavailable } from '@psc/kernel';
import pg from 'pg';

/** The part of PostgreSQL that adapters see: parametrised statements, and a transaction when several must hold together. */
export interface Postgres extends Queryable {
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  /** A connection of one's own, for COPY or LISTEN; a long COPY lifts `statement_timeout` itself. Release it. */
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
  /** How long one statement may take: 10 s unless said otherwise. */
  readonly statementTimeoutMs?: number;
  /**
   * Named statements are planned once per connection, and again when the statistics of a table change: for those whose best plan
   * is the same whatever the values. Otherwise PostgreSQL may plan at each call, since a plan for the values seems cheaper.
   */
  readonly planOnce?: boolean;
  readonly onError: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** We give up this much later than the server should have: for a server that no longer answers at all. */
const GRACE_MS = 1_000;

const tracer = trace.getTracer('@psc/datastores');

/** Opens lazily: the first query connects. Waits 3 s at most for a connection, and 10 s for a statement. */
export function openPostgres(settings: PostgresSettings): Postgres {
  const statementTimeout = settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const answerTimeout = statementTimeout + GRACE_MS;
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: 30_000,
    ...(settings.planOnce ? { options: '-c plan_cache_mode=force_generic_plan' } : {}),
  });
  // The pool only listens to its idle connections: one lost in the middle of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', settings.onError));
  // Said once is enough: the listener above has heard it already.
  pool.on('error', () => undefined);

  return {
    query: traced(pool, answerTimeout),
    async transaction(work) {
      const client = await pool.connect().catch(asUnavailable);
      const query = traced(client, answerTimeout);
      try {
        await query('BEGIN');
        const result = await work({ query });
        await query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        // A connection that was lost, or whose rollback fails, is in an unknown state: it is destroyed, not reused,
        // and the server rolls back by itself.
        const rolledBack =
          !(error instanceof Unavailable) &&
          (await query('ROLLBACK').then(
            () => true,
            () => false,
          ));
        client.release(!rolledBack);
        throw error;
      }
    },
    connect: () => pool.connect().catch(asUnavailable),
    close: () => pool.end(),
  };
}

function traced(client: pg.Pool | pg.PoolClient, answerTimeout: number): Queryable['query'] {
  return <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = [], name?: string) =>
    tracer.startActiveSpan(
      'postgresql.query',
      { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': text } },
      async (span) => {
        const statement = {
          text,
          values: [...values],
          query_timeout: answerTimeout,
          ...(name ? { name } : {}),
        };
        try {
          return await client.query<Row>(statement);
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          // "Key (national_id)=(8997…) already exists": the values of a row must not follow the error into a log.
          if (error instanceof pg.DatabaseError) error.detail = undefined;
          throw isOutage(error) ? unavailable(error) : error;
        } finally {
          span.end();
        }
      },
    );
}

/**
 * Whether the same call may succeed later. By SQLSTATE class: connection lost (08), session refused (28, 3D: also while a
 * password changes, or a database is restored under its name), deadlock (40), no resources (53), statement or server stopped (57),
 * input or output error (58). Of the classes that are about the statement, those that are not: read-only since a failover, or
 * because its disk is full (25006), session or transaction ended for its age (25P03, 25P04), not serving in this state (55000:
 * a database that takes no connections, a standby), a lock that others hold for long (55P03). Anything else that the server says is
 * about the statement. What the driver says by itself is about the connection, unless it is a mistake of ours.
 */
function isOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError)
    return /^(08|28|3D|40|53|57|58|25006|25P03|25P04|55000|55P03)/.test(error.code ?? '');
  return !(error instanceof TypeError || error instanceof RangeError);
}

function asUnavailable(cause: unknown): never {
  throw unavailable(cause);
}

function unavailable(cause: unknown): Unavailable {
  return new Unavailable('postgresql_unavailable', 'PostgreSQL did not answer', { cause });
}
