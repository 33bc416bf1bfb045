import { type Accepted, accepted, type Clock, type Refused, refused } from '@psc/kernel';
import type { Count, Quotas, Window } from '@psc/quotas';

export interface CallerLimits {
  /** Before a request in which an application must prove who it is. */
  admitApplication(caller: Caller): Promise<Admission>;
  /** Before a browser asks to log in. */
  admitBrowser(address: string): Promise<Admission>;
  /** The application could not prove who it is. Answers whether this was the try that locks it out from there. */
  noteFailure(caller: Caller): Promise<boolean>;
  /** It did: this call is its own, and what it failed before is forgotten. */
  noteSuccess(caller: Caller, admitted: { readonly hasFailed: boolean }): Promise<void>;
}

export interface Caller {
  /** As the request says, which proves nothing; '' when it does not. */
  readonly clientId: string;
  readonly address: string;
}

export type LimitRefusal =
  /** Too many failures of this application from this address: from others it goes on. */
  | 'application_locked_out'
  /** Too many failures from this address, whatever the application. */
  | 'address_locked_out'
  | 'application_too_frequent'
  | 'address_too_frequent';

export type Admission =
  | Accepted<{ readonly hasFailed: boolean }>
  | (Refused<LimitRefusal> & { readonly retryAfterMs: number });

export interface LimitSettings {
  readonly failures: number;
  readonly failuresPerAddress: number;
  readonly lockoutMs: number;
  readonly callsPerMinute: number;
  readonly callsPerAddressPerMinute: number;
  readonly loginsPerAddressPerMinute: number;
}

export interface LimitNeeds {
  readonly quotas: Quotas;
  /** Keyed digest: Redis holds nobody's address. */
  readonly pseudonym: (value: string) => string;
  /** What an address is counted as. */
  readonly networkOf: (address: string) => string;
  readonly clock: Clock;
}

const minute: Window = { ms: 60_000 };

/**
 * Limits for all replicas together. Whoever makes a request chooses the application that it names: so failures only count
 * where they come from, and the calls of an application are those in which it proved who it is. Nobody else can use them up.
 *
 * A failure is counted after it happened: of many tries at the same moment all are made, as many as the limit of calls of an
 * address lets through; from then on none is, for a whole lockout after the last that counted.
 */
export function createCallerLimits(needs: LimitNeeds, settings: LimitSettings): CallerLimits {
  const { quotas, pseudonym, networkOf, clock } = needs;
  const { failures, failuresPerAddress, lockoutMs } = settings;
  /** Until when the applications that called too often are refused: each replica learns it by the next call that succeeds. */
  const tooFrequent = new Map<string, number>();

  const namesOf = ({ clientId, address }: Caller) => {
    const [client, network] = [pseudonym(`client:${clientId}`), pseudonym(networkOf(address))];
    return {
      calls: `limits:{${client}}:calls`,
      callsFromAddress: `limits:{${network}}:calls`,
      loginsFromAddress: `limits:{${network}}:logins`,
      failuresFromAddress: `limits:{${network}}:failures`,
      failures: `limits:{${network}}:failures:${client}`,
    };
  };

  return {
    async admitApplication(caller) {
      const names = namesOf(caller);
      const [calls, ofAddress, own] = await quotas.tally([
        { name: names.callsFromAddress, window: minute },
        { name: names.failuresFromAddress },
        { name: names.failures },
      ]);
      const msTooFrequent = (tooFrequent.get(caller.clientId) ?? 0) - clock();
      return (
        refusedIf(hasReached(own, failures), 'application_locked_out', own?.msLeft) ??
        refusedIf(hasReached(ofAddress, failuresPerAddress), 'address_locked_out', ofAddress?.msLeft) ??
        refusedIf(
          isBeyond(calls, settings.callsPerAddressPerMinute),
          'address_too_frequent',
          calls?.msLeft,
        ) ??
        refusedIf(msTooFrequent > 0, 'application_too_frequent', msTooFrequent) ??
        accepted({ hasFailed: hasReached(own, 1) })
      );
    },

    async admitBrowser(address) {
      const { loginsFromAddress } = namesOf({ clientId: '', address });
      const [count] = await quotas.tally([{ name: loginsFromAddress, window: minute }]);
      return (
        refusedIf(
          isBeyond(count, settings.loginsPerAddressPerMinute),
          'address_too_frequent',
          count?.msLeft,
        ) ?? accepted({ hasFailed: false })
      );
    },

    async noteFailure(caller) {
      const names = namesOf(caller);
      const [, own] = await quotas.tally([
        { name: names.failuresFromAddress, window: { ms: lockoutMs, reopenedBy: failuresPerAddress } },
        { name: names.failures, window: { ms: lockoutMs, reopenedBy: failures } },
      ]);
      return own?.uses === failures;
    },

    async noteSuccess(caller, { hasFailed }) {
      const names = namesOf(caller);
      const [[count]] = await Promise.all([
        quotas.tally([{ name: names.calls, window: minute }]),
        hasFailed ? quotas.reset(names.failures) : undefined,
      ]);
      if (isBeyond(count, settings.callsPerMinute))
        tooFrequent.set(caller.clientId, clock() + (count?.msLeft ?? 0));
      else tooFrequent.delete(caller.clientId);
    },
  };
}

const hasReached = (count: Count | undefined, limit: number) => count !== undefined && count.uses >= limit;
const isBeyond = (count: Count | undefined, limit: number) => count !== undefined && count.uses > limit;

function refusedIf(condition: boolean, refusal: LimitRefusal, retryAfterMs = 0) {
  return condition ? { ...refused(refusal), retryAfterMs } : undefined;
}
