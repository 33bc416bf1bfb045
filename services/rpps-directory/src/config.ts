import { createSeal } from '@psc/datastores';
import { commonConfig, integer, parseConfig } from '@psc/runtime';
import { z } from 'zod';

const sealKeys = z.string().superRefine((keys, context) => {
  try {
    createSeal(keys);
  } catch (error) {
    // The message never quotes the keys.
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
  }
});

const shape = z.object({
  ...commonConfig,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: integer(1, 100).default(10),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Seals the phone numbers and addresses at rest, `id:base64 of 32 bytes`, the current key first. */
  CONTACT_SEAL_KEYS: sealKeys,
  /** Where callers reach the FHIR face, such as https://annuaire.example/fhir/v2. Without it there is none. */
  FHIR_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => url.endsWith('/fhir/v2'), 'must end with /fhir/v2')
    .optional(),
  /** Of one API key, in all replicas together. */
  FHIR_CALLS_PER_SECOND: integer(1, 100_000).default(17),
  FHIR_POOL_SIZE: integer(1, 100).default(5),
});

export type Config = Readonly<z.output<typeof shape>>;

type Env = Readonly<Record<string, string | undefined>>;

export function readConfig(env: Env): Config {
  return parseConfig(shape, env);
}

/** The part that the command `import` needs: it may run with fewer secrets than the service. */
export function readImportConfig(env: Env): Pick<Config, 'DATABASE_URL' | 'CONTACT_SEAL_KEYS'> {
  return parseConfig(shape.pick({ DATABASE_URL: true, CONTACT_SEAL_KEYS: true }), env);
}

/** The part that the command `migrate` needs. */
export function readDatabaseUrl(env: Env): string {
  return parseConfig(shape.pick({ DATABASE_URL: true }), env).DATABASE_URL;
}
