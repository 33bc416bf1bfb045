import type { PoolClient, QueryResultRow } from 'pg';

const PAGE = 2_000;

/** The rows of a query, some at a time, whatever their number. In a transaction, one query at a time. */
export async function* pages<Row extends QueryResultRow>(
  client: PoolClient,
  query: string,
): AsyncGenerator<readonly Row[]> {
  await client.query(`DECLARE pages NO SCROLL CURSOR FOR ${query}`);
  try {
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${PAGE} FROM pages`);
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
    }
  } finally {
    // Not in a transaction that failed: that closed it.
    await client.query('CLOSE pages').catch(() => undefined);
  }
}
