import { createSeal, openPostgres } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { currentOperator, runCommand } from '@psc/runtime';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { createKeysCommand } from './commands/keys-command.ts';
import { keysUsage } from './commands/keys-usage.ts';
import { readKeysConfig } from './config.ts';
import { keyPolicyOf } from './key-settings.ts';

/** `psc keys …`, or `node services/oidc-provider/src/keys.ts …` where only this service is. */
process.exitCode = await runCommand({ name: 'keys', usage: keysUsage }, async (args, print) => {
  const config = readKeysConfig(process.env);
  const postgres = openPostgres({ url: config.DATABASE_URL, poolSize: 1, onError: () => undefined });
  try {
    return await createKeysCommand({
      keys: createPostgresSigningKeys(postgres, createSeal(config.SEAL_KEYS)),
      generate: generateSigningKey,
      policy: keyPolicyOf(config),
      clock: systemClock,
      operator: currentOperator(),
      print,
    })(args);
  } finally {
    await postgres.close();
  }
});
