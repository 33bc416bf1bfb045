import type { Clock } from '@psc/kernel';
import type { Logger } from '@psc/runtime';

/** How long an address that did not answer is left alone: an application without keys must not have us call it at every try. */
const COOLDOWN_MS = 10_000;
const MOST_REMEMBERED = 1_000;

/**
 * How the library fetches the keys that an application publishes (`jwks_uri`): through the guard of outgoing calls, instead
 * of its own. It keeps what it gets for a minute, or as long as the answer says.
 */
export function createKeysFetch(needs: {
  readonly outgoing: typeof fetch;
  readonly logger: Logger;
  readonly clock: Clock;
}): typeof fetch {
  const { outgoing, logger, clock } = needs;
  const failures = new Map<string, { readonly error: unknown; readonly until: number }>();

  function remember(address: string, error: unknown): void {
    const [oldest] = failures.keys();
    if (failures.size >= MOST_REMEMBERED && oldest !== undefined) failures.delete(oldest);
    failures.set(address, { error, until: clock() + COOLDOWN_MS });
  }

  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const failure = failures.get(address);
    if (failure && clock() < failure.until) throw failure.error;
    failures.delete(address);
    // The library hands over a dispatcher that guards against calls inside: ours replaces it.
    const { method = 'GET', headers = {}, signal = null } = init ?? {};
    try {
      return await outgoing(address, { method, headers, signal });
    } catch (error) {
      remember(address, error);
      logger.warn({ err: error }, "an application's keys could not be fetched");
      throw error;
    }
  };
}
