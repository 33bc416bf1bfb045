import { accepted, type Outcome, refused } from '@psc/kernel';
import type { SigningAlg } from './application.ts';
import { type SigningKeyState, signingAlgs } from './signing-key.ts';

/** A signing key without the key: where it stands, and since when. */
export interface KeyTimes {
  readonly kid: string;
  readonly alg: SigningAlg;
  readonly state: SigningKeyState;
  readonly publishedAt: number;
  /** undefined for a `next` one. */
  readonly signsSince: number | undefined;
  /** undefined unless `retired`. */
  readonly retiredAt: number | undefined;
}

/**
 * How long a key stays in each state:
 *
 *   published        ├── publishedMs or more ──┤
 *   signs                                      ├───────── signsMs ─────────┤
 *   retired                                                                ├── retiredMs ──┤ removed
 *
 * `publishedMs`: longer than applications cache the key set and replicas take to learn of a key, or an application would
 * meet a signature whose key it does not know. `retiredMs`: longer than anything it signed is shown to us or verified.
 */
export interface KeyPolicy {
  readonly publishedMs: number;
  readonly signsMs: number;
  readonly retiredMs: number;
}

/** One thing to do. Several are done in their order, all of them or none. */
export type KeyStep =
  | { readonly step: 'make'; readonly alg: SigningAlg; readonly state: 'next' | 'current' }
  | { readonly step: 'sign' | 'retire' | 'remove'; readonly kid: string };

/** A key to sign with, for each algorithm that has none. */
export function firstSteps(keys: readonly KeyTimes[]): KeyStep[] {
  return signingAlgs.filter((alg) => !find(keys, alg, 'current')).map((alg) => successor(keys, alg));
}

/**
 * What is due now: each algorithm signs, has a key published that will follow, changes when the time has come, and forgets
 * what nobody needs. A next key always stands ready, so that a compromised one is replaced by a key that applications
 * know already.
 */
export function dueSteps(keys: readonly KeyTimes[], policy: KeyPolicy, now: number): KeyStep[] {
  return [...signingAlgs.flatMap((alg) => dueStepsOf(alg)), ...expired()];

  function dueStepsOf(alg: SigningAlg): KeyStep[] {
    const [current, next] = [find(keys, alg, 'current'), find(keys, alg, 'next')];
    if (!current) return [successor(keys, alg), makeNext(alg)];
    if (!next) return [makeNext(alg)];
    const hasSigned = (current.signsSince ?? 0) + policy.signsMs <= now;
    return hasSigned && signsFrom(next, policy) <= now
      ? [{ step: 'retire', kid: current.kid }, successor(keys, alg), makeNext(alg)]
      : [];
  }

  function expired(): KeyStep[] {
    return keys.filter((key) => removedFrom(key, policy) <= now).map(({ kid }) => ({ step: 'remove', kid }));
  }
}

/** The next key of an algorithm signs from now on; `unready` unless it was published for long enough, or `anyway`. */
export function rotationSteps(
  keys: readonly KeyTimes[],
  alg: SigningAlg,
  policy: KeyPolicy,
  now: number,
  anyway: boolean,
): Outcome<readonly KeyStep[], 'unready'> {
  const [current, next] = [find(keys, alg, 'current'), find(keys, alg, 'next')];
  const isReady = next !== undefined && signsFrom(next, policy) <= now;
  if (!isReady && !anyway) return refused('unready');
  const retirement: KeyStep[] = current ? [{ step: 'retire', kid: current.kid }] : [];
  return accepted([...retirement, successor(keys, alg), makeNext(alg)]);
}

/** The key exists no more, from now on: what it signed is refused. Another takes its place, however young. */
export function removalSteps(
  keys: readonly KeyTimes[],
  kid: string,
): Outcome<readonly KeyStep[], 'unknown_key'> {
  const key = keys.find((each) => each.kid === kid);
  if (!key) return refused('unknown_key');
  const { alg, state } = key;
  const removal: KeyStep = { step: 'remove', kid };
  if (state === 'retired') return accepted([removal]);
  if (state === 'next') return accepted([removal, makeNext(alg)]);
  return accepted([removal, successor(keys, alg), makeNext(alg)]);
}

/** When a `next` key may sign. */
export function signsFrom({ publishedAt }: Pick<KeyTimes, 'publishedAt'>, policy: KeyPolicy): number {
  return publishedAt + policy.publishedMs;
}

/** When a retired key is removed; never for another. */
export function removedFrom({ retiredAt }: Pick<KeyTimes, 'retiredAt'>, policy: KeyPolicy): number {
  return retiredAt === undefined ? Number.POSITIVE_INFINITY : retiredAt + policy.retiredMs;
}

/** The next key signs from now on; one that nobody knows yet when there is none. */
function successor(keys: readonly KeyTimes[], alg: SigningAlg): KeyStep {
  const next = find(keys, alg, 'next');
  return next ? { step: 'sign', kid: next.kid } : { step: 'make', alg, state: 'current' };
}

function makeNext(alg: SigningAlg): KeyStep {
  return { step: 'make', alg, state: 'next' };
}

function find(keys: readonly KeyTimes[], alg: SigningAlg, state: SigningKeyState): KeyTimes | undefined {
  return keys.find((key) => key.alg === alg && key.state === state);
}
