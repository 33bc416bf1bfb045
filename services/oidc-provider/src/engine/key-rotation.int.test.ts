import { createSeal } from '@psc/datastores';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createPostgresSigningKeys } from '#src/adapters/signing-keys.postgres.ts';
import { signingAlgs } from '#src/domain/signing-key.ts';
import type { Replica } from '#src/testing/replica.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { createAdvanceKeys, createRemoveKey, createRotateKey } from '#src/use-cases/change-signing-keys.ts';
import { endpoints } from './endpoints.ts';

let world: World;
afterEach(() => world?.close());

/** Anybody: whom a load balancer would choose. */
function any<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('nobody');
  return item;
}

interface KeySet {
  readonly keys: JWK[];
  readonly freshUntil: number;
}

async function fetchKeySet(replicas: readonly Replica[]): Promise<KeySet> {
  const answer = await fetch(any(replicas).at(world.issuer + endpoints.jwks));
  const [, maxAge = 'none'] = /max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '') ?? [];
  const { keys } = JSON.parse(await answer.text());
  return { keys, freshUntil: Date.now() + Number(maxAge) * 1000 };
}

/** The ways applications verify our signatures. Each keeps what it keeps for the whole test, as a process of theirs does. */
type Verifier = (jwt: string) => Promise<unknown>;

/** Believes its cache for exactly as long as HTTP allows, and asks for nothing because of a key that it does not know. */
function createCachingVerifier(replicas: readonly Replica[]): Verifier {
  let known: KeySet | undefined;
  return async (jwt) => {
    if (!known || known.freshUntil <= Date.now()) known = await fetchKeySet(replicas);
    return jwtVerify(jwt, createLocalJWKSet(known));
  };
}

/** jose, as its documentation shows it: keeps the set for ten minutes, and reads it again for an unknown key. */
function createJoseVerifier(replicas: readonly Replica[]): Verifier {
  const url = new URL(any(replicas).at(world.issuer + endpoints.jwks));
  const keySet = createRemoteJWKSet(url, { cooldownDuration: 1_000 });
  return (jwt) => jwtVerify(jwt, keySet);
}

/** Pinned to one key, for as long as that is the one: reads the set again for another, and trusts that one alone. */
function createPinningVerifier(replicas: readonly Replica[]): Verifier {
  let pinned: JWK | undefined;
  return async (jwt) => {
    const { kid, alg = '' } = decodeProtectedHeader(jwt);
    if (pinned?.kid !== kid) pinned = (await fetchKeySet(replicas)).keys.find((key) => key.kid === kid);
    if (!pinned) throw new Error('unknown kid');
    return jwtVerify(jwt, await importJWK(pinned, alg));
  };
}

interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Signs in, each step at any replica. */
async function logIn(replicas: readonly Replica[], clientId: string, browser = world.browser()) {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'openid scope_all',
  });
  const url = `${world.issuer}${endpoints.authorization}?${query}`;
  const back = await world.approve(await world.leave(browser, any(replicas).at(url)));
  const page = await browser.open(any(replicas).at(back), { stopAt: callback });
  const code = new URL(page.url).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const answer = await any(replicas).call(endpoints.token, form, { clientId });
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
  return { tokens: answer.json as Tokens, browser };
}

function logOut(replica: Replica, idToken: string, browser = world.browser()) {
  const query = new URLSearchParams({ id_token_hint: idToken });
  return browser.open(replica.at(`${world.issuer}${endpoints.end_session}?${query}`));
}

const kidOf = (jwt: string) => String(decodeProtectedHeader(jwt).kid);
const keysOf = () => createPostgresSigningKeys(world.postgres, createSeal(world.sealKeys));
const entry = { operator: 'test', reason: 'a test' };

describe('signing keys that rotate', { timeout: 120_000 }, () => {
  it('twice in each algorithm, on three replicas under traffic: no failed verification, no failed login', async () => {
    // Nothing but the time of publication holds a key back.
    const seconds = { published: 6, signs: 1, retired: 12 };
    world = await openWorld(
      {
        REGISTRY_REFRESH_SECONDS: 1,
        DOCUMENTS_MAX_AGE_SECONDS: 1,
        SIGNING_KEY_ROTATION: 'automatic',
        SIGNING_KEY_CHECK_SECONDS: 1,
        SIGNING_KEY_PUBLISHED_SECONDS: seconds.published,
        SIGNING_KEY_SIGNS_SECONDS: seconds.signs,
        SIGNING_KEY_RETIRED_SECONDS: seconds.retired,
      },
      2,
    );
    const replicas = await world.openReplicas(3);
    const verifiers: readonly (readonly [kind: string, verify: Verifier])[] = [
      ...Array.from({ length: 6 }, () => ['caching', createCachingVerifier(replicas)] as const),
      ...Array.from({ length: 3 }, () => ['jose', createJoseVerifier(replicas)] as const),
      ...Array.from({ length: 3 }, () => ['pinning', createPinningVerifier(replicas)] as const),
    ];
    const counts: Record<string, number> = {};
    const failures: string[] = [];
    const attempt = async (what: string, work: () => Promise<unknown>) => {
      counts[what] = (counts[what] ?? 0) + 1;
      await work().catch((error: unknown) => failures.push(`${what}: ${error}`));
    };
    const expectStatus = async (answer: Promise<{ status: number; text: string }>) => {
      const { status, text } = await answer;
      if (status !== 200) throw new Error(`${status} ${text.slice(0, 300)}`);
    };
    const signedBy = new Map<string, Set<string>>([
      ['dossier', new Set()],
      ['agenda', new Set()],
    ]);
    const rotatedTwice = () => [...signedBy.values()].every((kids) => kids.size >= 3);

    /** One professional after the other, until both algorithms have rotated twice. */
    async function traffic(clientId: string): Promise<void> {
      const deadline = Date.now() + 90_000;
      while (!rotatedTwice() && Date.now() < deadline) {
        await attempt('login', async () => {
          const { tokens, browser } = await logIn(replicas, clientId);
          signedBy.get(clientId)?.add(kidOf(tokens.id_token));
          for (const [kind, verify] of verifiers) {
            await attempt(`ID token verified, ${kind}`, () => verify(tokens.id_token));
            await attempt(`access token verified, ${kind}`, () => verify(tokens.access_token));
          }
          // Some seconds later, its key may be retired.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3_000));
          for (const replica of replicas)
            await attempt('UserInfo', () => expectStatus(replica.userInfo(tokens.access_token)));
          const options = { clientId };
          await attempt('introspection', async () => {
            const form = { token: tokens.access_token };
            const answer = await any(replicas).call(endpoints.introspection, form, options);
            if (answer.json?.active !== true) throw new Error(answer.text);
          });
          await attempt('refresh', () =>
            expectStatus(
              any(replicas).call(
                endpoints.token,
                { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
                options,
              ),
            ),
          );
          for (const [, verify] of verifiers)
            await attempt('ID token verified later', () => verify(tokens.id_token));
          await attempt('logout', () => expectStatus(logOut(any(replicas), tokens.id_token, browser)));
        });
      }
    }

    // Notifications get lost: the replicas then learn of a change by asking, each at its own time.
    const disturbance = setInterval(() => {
      void world.postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query = 'LISTEN registry_changed' AND datname = current_database()`,
      );
    }, 700);
    try {
      const applications = ['dossier', 'agenda'];
      await Promise.all([...applications, ...applications, ...applications, ...applications].map(traffic));
    } finally {
      clearInterval(disturbance);
    }
    console.log('rotation under traffic:', counts, `failures: ${failures.length}`);
    expect(failures).toEqual([]);
    expect(rotatedTwice()).toBe(true);

    // However many replicas saw that it was due, each key signed once, after the one before.
    const history = (await keysOf().history(100)).toReversed();
    for (const alg of signingAlgs) {
      const events = history.filter((event) => event.alg === alg);
      const signing = events.filter(({ state }) => state === 'current').map(({ kid }) => kid);
      const retired = events.filter(({ state }) => state === 'retired').map(({ kid }) => kid);
      expect(new Set(signing).size).toBe(signing.length);
      expect(retired).toEqual(signing.slice(0, -1));
      const atOf = (kid: string, state: string) =>
        events.find((event) => event.kid === kid && event.state === state)?.at ?? Number.NaN;
      for (const kid of signing.slice(1))
        expect(atOf(kid, 'current') - atOf(kid, 'next')).toBeGreaterThanOrEqual(seconds.published * 1_000);
    }
  });

  it('are next, current and retired in the key set of every replica, and what a retired one signed is good', async () => {
    world = await openWorld({}, 2);
    const replicas = await world.openReplicas(3);
    const policy = { publishedMs: 0, signsMs: 1e9, retiredMs: 1e9 };
    const needs = { keys: keysOf(), generate: generateSigningKey, policy };
    const everywhere = () => Promise.all(replicas.map((replica) => replica.engine.refresh()));
    const published = async (replica: Replica) =>
      (await fetchKeySet([replica])).keys.map(({ kid }) => kid).sort();

    const { tokens, browser } = await logIn(replicas, 'dossier');
    await createAdvanceKeys(needs)(entry);
    await createRotateKey(needs)('RS256', false, entry);
    await everywhere();
    const { keys } = await needs.keys.times();
    expect(
      keys
        .filter(({ alg }) => alg === 'RS256')
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['current', 'next', 'retired']);
    expect(keys.find(({ state }) => state === 'retired')?.kid).toBe(kidOf(tokens.id_token));
    const known = keys.map(({ kid }) => kid).sort();
    for (const replica of replicas) {
      expect(await published(replica)).toEqual(known);
      expect((await replica.userInfo(tokens.access_token)).status).toBe(200);
    }
    expect((await logOut(any(replicas), tokens.id_token, browser)).status).toBe(200);

    // Private halves stay where they are.
    for (const { d, p, kid } of (await fetchKeySet(replicas)).keys) expect({ d, p, kid }).toEqual({ kid });
  });

  it('sign and verify nothing once they are removed, as when one is compromised; another takes its place at once', async () => {
    world = await openWorld({}, 2);
    const replicas = await world.openReplicas(3);
    const needs = { keys: keysOf(), generate: generateSigningKey };
    const { tokens } = await logIn(replicas, 'dossier');
    const other = await logIn(replicas, 'agenda');
    const compromised = kidOf(tokens.id_token);
    expect((await createRemoveKey(needs)(compromised, entry)).ok).toBe(true);
    await Promise.all(replicas.map((replica) => replica.engine.refresh()));

    for (const replica of replicas) {
      expect((await fetchKeySet([replica])).keys.map(({ kid }) => kid)).not.toContain(compromised);
      expect((await replica.userInfo(tokens.access_token)).status).toBe(401);
      expect((await logOut(replica, tokens.id_token)).status).toBe(400);
      const introspected = await replica.call(endpoints.introspection, { token: tokens.access_token });
      expect(introspected.json.active).toBe(false);
      // The key of the other algorithm has nothing to do with it.
      expect((await replica.userInfo(other.tokens.access_token)).status).toBe(200);
    }
    const after = await logIn(replicas, 'dossier');
    expect(kidOf(after.tokens.id_token)).not.toBe(compromised);
    expect((await any(replicas).userInfo(after.tokens.access_token)).status).toBe(200);
    expect(await needs.keys.history(4)).toContainEqual(
      expect.objectContaining({ kid: compromised, state: 'removed', reason: 'a test' }),
    );
  });
});
