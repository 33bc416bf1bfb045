import { integer } from '@psc/runtime';
import { z } from 'zod';
import type { KeyPolicy } from '#src/domain/key-rotation.ts';

const DAY_SECONDS = 86_400;

/** When signing keys change (docs/decisions/0006). Spread into the service's configuration. */
export const keySettings = {
  /** How long applications may cache discovery and the key set. */
  DOCUMENTS_MAX_AGE_SECONDS: integer(0, DAY_SECONDS).default(300),
  /** `automatic`: any replica does what is due. `by-command`: `keys advance` does, as a CronJob runs it. */
  SIGNING_KEY_ROTATION: z.enum(['automatic', 'by-command']).default('automatic'),
  SIGNING_KEY_CHECK_SECONDS: integer(1, DAY_SECONDS).default(60),
  /** How long a key is published before it may sign: some applications cache the key set for longer than we say. */
  SIGNING_KEY_PUBLISHED_SECONDS: integer(1, 30 * DAY_SECONDS).default(DAY_SECONDS),
  SIGNING_KEY_SIGNS_SECONDS: integer(1, 730 * DAY_SECONDS).default(90 * DAY_SECONDS),
  /** How long a key that signed is published still: an ID token comes back at logout, long after it expired. */
  SIGNING_KEY_RETIRED_SECONDS: integer(1, 365 * DAY_SECONDS).default(7 * DAY_SECONDS),
} as const;

export const keySettingNames = {
  DOCUMENTS_MAX_AGE_SECONDS: true,
  SIGNING_KEY_ROTATION: true,
  SIGNING_KEY_CHECK_SECONDS: true,
  SIGNING_KEY_PUBLISHED_SECONDS: true,
  SIGNING_KEY_SIGNS_SECONDS: true,
  SIGNING_KEY_RETIRED_SECONDS: true,
} as const satisfies Record<keyof typeof keySettings, true>;

export type KeySettings = z.output<z.ZodObject<typeof keySettings>>;

/** Beyond what is computed: a slow network, a clock that is a little off. */
const MARGIN_SECONDS = 30;

/**
 * With shorter times, some application would meet a signature whose key it cannot know yet, or show us a token whose key
 * we removed.
 */
export function checkKeyTimes(
  config: KeySettings & {
    readonly REGISTRY_REFRESH_SECONDS: number;
    readonly SESSION_MAX_SECONDS: number;
    readonly ID_TOKEN_SECONDS: number;
  },
  context: z.core.$RefinementCtx,
): void {
  const known = config.DOCUMENTS_MAX_AGE_SECONDS + config.REGISTRY_REFRESH_SECONDS + MARGIN_SECONDS;
  const used = config.SESSION_MAX_SECONDS + config.ID_TOKEN_SECONDS + MARGIN_SECONDS;
  const least = [
    ['SIGNING_KEY_PUBLISHED_SECONDS', known],
    ['SIGNING_KEY_RETIRED_SECONDS', used],
  ] as const;
  for (const [name, seconds] of least)
    if (config[name] < seconds)
      context.addIssue({ code: 'custom', path: [name], message: `must be ${seconds} or more` });
}

/** How long a signing key stays in each state. */
export function keyPolicyOf(settings: KeySettings): KeyPolicy {
  return {
    publishedMs: settings.SIGNING_KEY_PUBLISHED_SECONDS * 1000,
    signsMs: settings.SIGNING_KEY_SIGNS_SECONDS * 1000,
    retiredMs: settings.SIGNING_KEY_RETIRED_SECONDS * 1000,
  };
}
