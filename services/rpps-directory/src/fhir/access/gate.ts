import type { Quotas } from '@psc/quotas';
import { networkOf } from '@psc/quotas';
import type { ApiKeys } from './api-keys.ts';
import { digestOfKey } from './key-digest.ts';

/** May this call be answered? Who may is known by the key alone, as at the Annuaire Santé. */
export type Gate = (call: {
  readonly key: string | undefined;
  readonly address: string;
}) => Promise<Pass | Refusal>;

export interface Pass {
  /** The number of the key. */
  readonly holder: string;
}

export interface Refusal {
  readonly code: 'key_missing' | 'key_unknown' | 'too_many_calls' | 'too_many_wrong_keys';
  readonly retryAfterSeconds?: number;
}

const LONGEST_KEY = 200;
const WRONG_KEYS = 20;
const WRONG_KEYS_WINDOW_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * Counts in Redis, for all replicas together. Without Redis nothing is answered: uncounted calls would be paid for by the
 * logins, which ask the same database.
 */
export function createGate(needs: {
  readonly apiKeys: Pick<ApiKeys, 'findHolder'>;
  readonly quotas: Pick<Quotas, 'tally'>;
  /** Keyed: an address is not written where it can be read. */
  readonly pseudonym: (value: string) => string;
  readonly callsPerSecond: number;
}): Gate {
  const { apiKeys, quotas, pseudonym, callsPerSecond } = needs;
  return async ({ key, address }) => {
    if (key === undefined || key === '') return { code: 'key_missing' };
    const wrong = `{fhir:${pseudonym(networkOf(address))}}:wrong-keys`;
    const [before] = await quotas.tally([{ name: wrong }]);
    if (before && before.uses >= WRONG_KEYS)
      return { code: 'too_many_wrong_keys', retryAfterSeconds: secondsOf(before.msLeft) };
    const holder = key.length > LONGEST_KEY ? undefined : await apiKeys.findHolder(digestOfKey(key));
    if (holder === undefined) {
      await quotas.tally([{ name: wrong, window: { ms: WRONG_KEYS_WINDOW_MS } }]);
      return { code: 'key_unknown' };
    }
    const [calls] = await quotas.tally([{ name: `{fhir:key:${holder}}:calls`, window: { ms: SECOND_MS } }]);
    if (calls && calls.uses > callsPerSecond)
      return { code: 'too_many_calls', retryAfterSeconds: secondsOf(calls.msLeft) };
    return { holder };
  };
}

function secondsOf(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000));
}
