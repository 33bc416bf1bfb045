import type { PoolClient, QueryConfig } from 'pg';
import type { Described, Said } from '#src/domain/described.ts';
import { type FileKind, fileKinds } from '#src/domain/stored-rows.ts';
import { type Claimed, claimsIn, resolveClaimed, resolveIn } from './claims.postgres.ts';
import { isRpps } from './tables.postgres.ts';

const ROWS_AT_ONCE = 2_000;

interface Row {
  readonly kind: FileKind;
  readonly identifier: string;
  readonly present: boolean;
  readonly rows: string;
  readonly version_id: string;
  /** Of an identifier that may lead to somebody else. */
  readonly claimed: Claimed | null;
}

/** Two connections in transactions that read the same version of the register. */
export interface Rebuilding {
  readonly client: PoolClient;
  /** Only reads. */
  readonly reader: PoolClient;
}

/**
 * Derives something of everybody, some people at a time: one connection writes what came of a batch, and the other reads the next
 * one, while the batch between them is thought about.
 */
export async function deriveFromEverybody(
  { client, reader }: Rebuilding,
  kinds: readonly FileKind[],
  derive: (batch: readonly Described[]) => readonly QueryConfig[],
): Promise<void> {
  let written: Promise<unknown> = Promise.resolve();
  for await (const batch of streamDescribed(reader, kinds)) {
    const statements = derive(batch);
    await written;
    written = awaitedLater(runAll(client, statements));
  }
  await written;
}

async function runAll(client: PoolClient, statements: readonly QueryConfig[]): Promise<void> {
  for (const statement of statements) await client.query(statement);
}

/**
 * Everybody, by national identifier, without their other identifiers: the tables are read in the order of their keys, and
 * nothing is sorted.
 */
async function* streamDescribed(
  reader: PoolClient,
  kinds: readonly FileKind[],
): AsyncGenerator<readonly Described[]> {
  const parts = kinds.map(
    (kind) =>
      `SELECT '${kind}' AS kind, subject AS identifier, present, rows, version_id FROM described_${kind}`,
  );
  await reader.query(
    `DECLARE everybody NO SCROLL CURSOR FOR
     SELECT l.*, CASE WHEN NOT ${isRpps('l.identifier')} THEN (SELECT row_to_json(claimed) FROM (SELECT l.identifier, ${claimsIn(fileKinds)}) AS claimed) END
       AS claimed
     FROM (${parts.join(' UNION ALL ')}) AS l ORDER BY l.identifier`,
  );
  const fetch = () => awaitedLater(reader.query<Row>(`FETCH ${ROWS_AT_ONCE} FROM everybody`));
  let open: (Described & { readonly said: { [Kind in FileKind]?: Said } }) | undefined;
  let next = fetch();
  for (;;) {
    const { rows } = await next;
    const owners = await resolveClaimed(
      rows.flatMap(({ claimed }) => claimed ?? []),
      async (identifiers) => (await reader.query<Claimed>(resolveIn(fileKinds), [identifiers])).rows,
    );
    if (rows.length > 0) next = fetch();
    const batch: Described[] = [];
    for (const { kind, identifier, present, rows: said, version_id } of rows) {
      // A structure, which comes after everybody: identifiers begin with a digit, a capital or, of a PSI account, a-f.
      if (identifier.startsWith('structure:')) continue;
      if (open?.nationalId !== identifier) {
        if (open) batch.push(open);
        const owner = owners.get(identifier);
        open = {
          nationalId: identifier,
          said: {},
          others: [],
          movedTo: owner && owner !== identifier ? owner : undefined,
          lastImported: undefined,
        };
      }
      open.said[kind] = { present, rows: said, version: version_id };
    }
    if (rows.length === 0 && open) batch.push(open);
    if (batch.length > 0) yield batch;
    if (rows.length === 0) break;
  }
  await reader.query('CLOSE everybody');
}

/** What fails before somebody awaits it is told to whoever does. */
function awaitedLater<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
