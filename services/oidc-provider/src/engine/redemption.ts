import type { Clock } from '@psc/kernel';
import type { Provider } from 'oidc-provider';

/**
 * Seconds after it was redeemed, during which a code or a refresh token that comes again is only refused. Later, it is a
 * replay: the library then revokes the grant, and every token of it.
 *
 * Clients of PSC give up on an answer after 3 to 5 s and ask again; replicas of an application that share a session refresh
 * it at once. This is twice the longest of these waits. Neither may learn more than that it came second, and neither is a
 * thief whose appearance must log the professional out (docs/decisions/0005).
 */
export const GRACE_SECONDS = 10;

/**
 * The library reads that something was redeemed, then revokes its grant, before it asks the store to redeem it. Within the
 * grace we do not let it read that: the store, which decides alone who is first, refuses the second, and that is all.
 */
export function forgiveRetries(provider: Provider, clock: Clock): void {
  for (const model of [provider.AuthorizationCode, provider.DeviceCode, provider.RefreshToken]) {
    // The library's types leave out what the three have in common.
    const Model = model as unknown as RedeemableModel;
    const { find } = Model;
    Model.find = async (value, options) => {
      const found = await find.call(Model, value, options);
      // Who is about to redeem wants to know of what has expired, too: introspection and revocation do not.
      const redeems = options?.ignoreExpiration === true;
      if (redeems && typeof found?.consumed === 'number' && clock() / 1000 - found.consumed < GRACE_SECONDS)
        delete found.consumed;
      return found;
    };
  }
}

interface RedeemableModel {
  find(value: string, options?: { ignoreExpiration?: boolean }): Promise<{ consumed?: unknown } | undefined>;
}
