import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createSeal, openPostgres } from '@psc/datastores';
import { createPostgresRegister } from '#src/adapters/register.postgres.ts';
import { readImportConfig } from './config.ts';
import type { ImportRefused } from './domain/import-refusal.ts';
import { openExtract } from './ingest/open-extract.ts';

const USAGE = 'usage: node import.ts <file>… [--force "<reason>"]';
/** For the extract of the whole country, on a slow machine. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/**
 * Imports extracts of the register, in the given order, each one whole or not at all: one JSON line of counts for each,
 * or one sentence and a failure, and the next ones are left.
 */
async function importFiles(args: string[]): Promise<void> {
  const { files, force } = readArguments(args);
  const config = readImportConfig(process.env);
  const postgres = openPostgres({
    url: config.DATABASE_URL,
    poolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onError: () => undefined,
  });
  const register = createPostgresRegister({ postgres, seal: createSeal(config.CONTACT_SEAL_KEYS) });
  try {
    for (const file of files) {
      const opened = await openExtract(file);
      if (!opened.ok) throw new Refusal(file, opened);
      const extract = opened.value;
      const applied = await register.apply(extract, { force }).finally(() => extract.close());
      if (!applied.ok) throw new Refusal(file, applied);
      console.log(JSON.stringify({ kind: extract.kind, sha256: extract.sha256(), ...applied.value }));
    }
  } finally {
    await postgres.close();
  }
}

class Refusal extends Error {
  constructor(file: string, { refusal, sentence }: ImportRefused) {
    super(`import of ${basename(file)} refused (${refusal}): ${sentence}`);
  }
}

function readArguments(args: string[]): { files: string[]; force: string | undefined } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { force: { type: 'string' } },
  });
  if (positionals.length === 0) throw new Error(USAGE);
  if (values.force?.trim() === '') throw new Error('--force needs a reason');
  return { files: positionals, force: values.force };
}

await importFiles(process.argv.slice(2)).catch((error: unknown) => {
  // The message alone: what PostgreSQL adds to it may quote a row.
  const message = error instanceof Error ? error.message : 'unknown error';
  process.stderr.write(`${error instanceof Refusal ? message : `import failed: ${message}`}\n`);
  process.exitCode = 1;
});
