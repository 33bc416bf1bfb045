import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { createSeal, openPostgres } from '@psc/datastores';
import { systemClock, Unavailable } from '@psc/kernel';
import { ConfigError } from '@psc/runtime';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { exitCodes, RefusedError, UsageError } from './commands/arguments.ts';
import { createClientsCommand } from './commands/clients-command.ts';
import { asksForHelp, clientsUsage } from './commands/clients-usage.ts';
import { readClientsConfig } from './config.ts';

/** `psc clients …`, or `node services/oidc-provider/src/clients.ts …` where only this service is. */
process.exitCode = await run().catch((error: unknown) => {
  if (error instanceof UsageError) return fail(`${error.message} (psc clients --help)`, exitCodes.usage);
  const expected =
    error instanceof RefusedError || error instanceof ConfigError || error instanceof Unavailable;
  if (!expected) throw error;
  return fail(error.message, exitCodes.refused);
});

async function run(): Promise<number> {
  const args = process.argv.slice(2);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (asksForHelp(args)) {
    print(clientsUsage);
    return exitCodes.done;
  }
  const { DATABASE_URL, SEAL_KEYS, TEST_APPLICATIONS } = readClientsConfig(process.env);
  const postgres = openPostgres({ url: DATABASE_URL, poolSize: 1, onError: () => undefined });
  try {
    return await createClientsCommand({
      applications: createPostgresApplications(postgres, createSeal(SEAL_KEYS)),
      inventSecret: () => randomBytes(32).toString('base64url'),
      clock: systemClock,
      sources: { env: process.env, stdin: process.stdin },
      operator: process.env.PSC_OPERATOR || userInfo().username,
      testApplications: TEST_APPLICATIONS,
      print,
    })(args);
  } finally {
    await postgres.close();
  }
}

function fail(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}
