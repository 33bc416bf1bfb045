import type { PoolClient } from 'pg';
import type { Described, Said } from '#src/domain/described.ts';
import type { FileKind } from '#src/domain/stored-rows.ts';

const ROWS_AT_ONCE = 2_000;

interface Row {
  readonly kind: FileKind;
  readonly subject: string;
  readonly present: boolean;
  readonly rows: string;
  readonly version_id: string;
}

/**
 * Everybody, by national identifier, some at a time, without their other identifiers: the tables are read in the order of
 * their keys, and nothing is sorted. In a transaction that reads one version of the register.
 */
export async function* streamDescribed(
  client: PoolClient,
  kinds: readonly FileKind[],
): AsyncGenerator<readonly Described[]> {
  const parts = kinds.map(
    (kind) => `SELECT '${kind}' AS kind, subject, present, rows, version_id FROM described_${kind}`,
  );
  await client.query(`DECLARE everybody NO SCROLL CURSOR FOR ${parts.join(' UNION ALL ')} ORDER BY subject`);
  let open: { nationalId: string; said: { [Kind in FileKind]?: Said } } | undefined;
  const close = () => (open ? [{ ...open, others: [], lastImported: undefined }] : []);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${ROWS_AT_ONCE} FROM everybody`);
    const batch: Described[] = [];
    for (const { kind, subject, present, rows: said, version_id } of rows) {
      // A structure, which comes after everybody: identifiers begin with a digit, a capital or, of a PSI account, a-f.
      if (subject.startsWith('structure:')) continue;
      if (open?.nationalId !== subject) {
        batch.push(...close());
        open = { nationalId: subject, said: {} };
      }
      open.said[kind] = { present, rows: said, version: version_id };
    }
    if (rows.length === 0) batch.push(...close());
    if (batch.length > 0) yield batch;
    if (rows.length === 0) break;
  }
  await client.query('CLOSE everybody');
}
