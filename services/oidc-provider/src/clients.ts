import { createSeal, openPostgres } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { currentOperator, runCommand } from '@psc/runtime';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createClientsCommand } from './commands/clients-command.ts';
import { clientsUsage } from './commands/clients-usage.ts';
import { readClientsConfig } from './config.ts';
import { digestOfToken, inventSecret } from './registration.ts';

/** `psc clients …`, or `node services/oidc-provider/src/clients.ts …` where only this service is. */
process.exitCode = await runCommand({ name: 'clients', usage: clientsUsage }, async (args, print) => {
  const { DATABASE_URL, SEAL_KEYS, TEST_APPLICATIONS } = readClientsConfig(process.env);
  const postgres = openPostgres({ url: DATABASE_URL, poolSize: 1, onError: () => undefined });
  try {
    return await createClientsCommand({
      applications: createPostgresApplications(postgres, createSeal(SEAL_KEYS)),
      inventSecret,
      digestOfToken,
      clock: systemClock,
      sources: { env: process.env, stdin: process.stdin },
      operator: currentOperator(),
      testApplications: TEST_APPLICATIONS,
      print,
    })(args);
  } finally {
    await postgres.close();
  }
});
