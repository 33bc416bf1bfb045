import { hostname, tmpdir } from 'node:os';
import { createSeal, openPostgres } from '@psc/datastores';
import { currentOperator, runCommand } from '@psc/runtime';
import { createPostgresRegister } from '#src/adapters/register.postgres.ts';
import { createPostgresVersions } from '#src/adapters/versions.postgres.ts';
import { createDirectoryCommand } from './commands/directory-command.ts';
import { directoryUsage } from './commands/directory-usage.ts';
import { readImportConfig } from './config.ts';
import { createPostgresApiKeys } from './fhir/access/api-keys.postgres.ts';
import { createExtracts } from './ingest/open-source.ts';
import { createImportSource } from './use-cases/import-source.ts';

/** `psc directory …`, or `node services/rpps-directory/src/directory.ts …` where only this service is. */
process.exitCode = await runCommand({ name: 'directory', usage: directoryUsage }, async (args, print) => {
  const { DATABASE_URL, CONTACT_SEAL_KEYS } = readImportConfig(process.env);
  const postgres = openPostgres({ url: DATABASE_URL, poolSize: 2, onError: () => undefined });
  try {
    const register = createPostgresRegister({ postgres, seal: createSeal(CONTACT_SEAL_KEYS) });
    const extracts = createExtracts({ stdin: process.stdin, temporaryFolder: tmpdir() });
    return await createDirectoryCommand({
      importSource: createImportSource({ extracts, register }),
      register,
      versions: createPostgresVersions({ postgres }),
      apiKeys: createPostgresApiKeys(postgres),
      operator: process.env.PSC_OPERATOR || `${currentOperator()}@${hostname()}`,
      print,
      terminal: {
        isTerminal: process.stderr.isTTY ?? false,
        write: (text) => process.stderr.write(text),
        clock: Date.now,
      },
    })(args);
  } finally {
    await postgres.close();
  }
});
