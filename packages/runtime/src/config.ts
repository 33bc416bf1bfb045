import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Every problem of the environment at once; the values are never quoted, since some are secrets. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration refused:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = new.target.name;
    this.problems = problems;
  }
}

/**
 * Reads a service's configuration from its environment, once, frozen. `NAME_FILE` names a file that holds NAME (a
 * mounted secret); giving both is a problem. Throws `ConfigError`.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const inline = env[name];
    const file = env[`${name}_FILE`];
    if (inline !== undefined && file !== undefined)
      problems.push(`${name}: give either ${name} or ${name}_FILE`);
    else if (file !== undefined) {
      const content = readSecretFile(file);
      if (content === undefined) problems.push(`${name}_FILE: the file cannot be read`);
      else values[name] = content;
    } else if (inline !== undefined && inline !== '') values[name] = inline;
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = issue.path.join('.');
      if (problems.some((problem) => problem.startsWith(`${name}:`) || problem.startsWith(`${name}_FILE:`)))
        continue;
      const missing = issue.path.length === 1 && !(String(issue.path[0]) in values);
      problems.push(`${name}: ${missing ? 'is missing' : issue.message}`);
    }
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** A number written in decimal digits. */
export function integer(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** A JSON text of the given shape. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** ES256 key of this service (RFC 7517): `d` makes it private. */
export const privateServiceKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

export const publicServiceKey = privateServiceKey.omit({ d: true });

/** What every service reads. Spread it into the service's own `z.object({ ...commonConfig, … })`. */
export const commonConfig = {
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(1, 65_535),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Addresses or CIDRs, separated by commas, of the proxies whose X-Forwarded-For is believed. Nobody by default. */
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter(Boolean)),
  /** This service's own private key, as a JWK. */
  SERVICE_KEY: json(privateServiceKey),
  /** Public keys of the services that may call or be called: `{ "<service>": [jwk, …] }`; several while a key rotates. */
  SERVICE_TRUST: json(z.record(z.string(), z.array(publicServiceKey).min(1))),
  /** OTLP/HTTP collector (`http://host:4318`). Without it nothing is recorded, and trace ids still join the logs. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** Share of the logins whose trace is recorded, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
} as const;
