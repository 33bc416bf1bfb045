import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { applicationsFileSchema } from '@psc/contracts';
import { createSeal, openPostgres } from '@psc/datastores';
import { json } from '@psc/runtime';
import { z } from 'zod';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createApplyApplications } from '#src/use-cases/apply-applications.ts';
import { readRegistryConfig } from './config.ts';

/** `clients.ts apply <file.json>`: makes the applications as the file declares them, and prints what changed. */
const [command, file] = process.argv.slice(2);
if (command !== 'apply' || file === undefined) fail('usage: clients.ts apply <file.json>');

const text = await readFile(file, 'utf8').catch(() => fail(`${file} cannot be read`));
const declared = json(applicationsFileSchema).safeParse(text);
if (!declared.success) fail(z.prettifyError(declared.error));

const { DATABASE_URL, SEAL_KEYS } = readRegistryConfig(process.env);
const postgres = openPostgres({ url: DATABASE_URL, poolSize: 1, onError: () => undefined });
// One transaction: a file is applied whole or not at all.
const applied = await postgres.transaction((tx) =>
  createApplyApplications({
    applications: createPostgresApplications(tx, createSeal(SEAL_KEYS)),
    inventSecret: () => randomBytes(32).toString('base64url'),
  })(declared.data.applications),
);
for (const { clientId, change, fields, inventedSecret } of applied) {
  console.log([clientId, change, fields.join(', ')].filter(Boolean).join(': '));
  if (inventedSecret !== undefined) console.log(`  client_secret, shown only now: ${inventedSecret}`);
}
await postgres.close();

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
