import { randomUUID } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import type { ApplicationStatus } from '#src/domain/application.ts';
import type { Replica } from '#src/testing/replica.ts';
import { callback, openWorld, type World } from '#src/testing/world.ts';
import { createChangeStatus } from '#src/use-cases/change-status.ts';
import { createRotateSecret } from '#src/use-cases/rotate-secret.ts';
import { endpoints } from './endpoints.ts';

/** The promise. */
const EVERYWHERE_WITHIN_MS = 2_000;

let world: World;
let replicas: readonly Replica[];
beforeAll(async () => {
  world = await openWorld({ REGISTRY_REFRESH_SECONDS: 1 }, 13);
  replicas = await world.openReplicas(3);
});
afterAll(() => world?.close());

const applications = () => createPostgresApplications(world.postgres, createSeal(world.sealKeys));
async function change(to: ApplicationStatus): Promise<void> {
  const signature = { operator: 'camille', at: Date.now(), reason: 'the test' };
  const changed = await createChangeStatus({ applications: applications() })('dossier', to, signature);
  if (!changed.ok) throw new Error(changed.refusal);
}

const authorizationUrl = ({ issuer } = world) =>
  `${issuer}${endpoints.authorization}?${new URLSearchParams({
    response_type: 'code',
    client_id: 'dossier',
    redirect_uri: callback,
    scope: 'openid scope_all',
  })}`;
const codeForm = (returned: string) => ({
  grant_type: 'authorization_code',
  code: new URL(returned).searchParams.get('code') ?? '',
  redirect_uri: callback,
});

/** All that an application may do, at one replica: what it is answered, by name. */
async function attempts(
  replica: Replica,
  tokens: { access_token: string; refresh_token: string },
  form: object,
) {
  const introspect = async (clientId: string, token: string) => {
    const answer = await replica.call(endpoints.introspection, { token }, { clientId });
    return answer.json.active ?? answer.json.error;
  };
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  const sent = await world.browser().open(replica.at(authorizationUrl()), { stopAt: world.walletUrl });
  return {
    authorization: sent.url.startsWith(world.walletUrl) ? 'sent to the wallet' : sent.status,
    code: (await replica.call(endpoints.token, { ...form })).json.error,
    refresh: (await replica.call(endpoints.token, refresh)).json.error,
    introspection: await introspect('dossier', tokens.access_token),
    pushedRequest: (await replica.call(endpoints.pushed_authorization_request, {})).json.error,
    userInfo: (await replica.userInfo(tokens.access_token)).status,
    accessTokenForOthers: await introspect('agenda', tokens.access_token),
    refreshTokenForOthers: await introspect('agenda', tokens.refresh_token),
  };
}

const isKnown = async (replica: Replica) => {
  const answer = await replica.call(endpoints.introspection, { token: 'x' });
  return answer.status === 200;
};

/** Milliseconds until every replica sees it so; each is asked all the time. */
async function untilEverywhere(known: boolean): Promise<number> {
  const began = performance.now();
  await Promise.all(
    replicas.map((replica) =>
      expect.poll(() => isKnown(replica), { timeout: EVERYWHERE_WITHIN_MS, interval: 5 }).toBe(known),
    ),
  );
  return performance.now() - began;
}

describe('an application that is suspended', () => {
  it('stops on every replica within 2 s, its tokens with it, and works again when it is reinstated', async () => {
    const form = codeForm(await world.login(world.browser(), authorizationUrl()));
    const { json: tokens } = await world.call(
      endpoints.token,
      codeForm(await world.login(world.browser(), authorizationUrl())),
    );
    expect((await world.userInfo(tokens.access_token)).status).toBe(200);
    const figures: string[] = [];
    for (let round = 0; round < 10; round++) {
      await change('suspended');
      figures.push((await untilEverywhere(false)).toFixed(0));
      if (round === 0) {
        for (const replica of replicas) {
          expect(await attempts(replica, tokens, form)).toEqual({
            authorization: 400,
            code: 'invalid_client',
            refresh: 'invalid_client',
            introspection: 'invalid_client',
            pushedRequest: 'invalid_client',
            userInfo: 401,
            accessTokenForOthers: false,
            refreshTokenForOthers: false,
          });
        }
      }
      await change('approved');
      figures.push((await untilEverywhere(true)).toFixed(0));
    }
    console.log(`suspended, then reinstated, seen by 3 replicas after (ms): ${figures.join(' ')}`);
    // What was refused meanwhile consumed nothing.
    const refreshed = await world.call(endpoints.token, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    });
    expect(refreshed.status).toBe(200);
  });

  it('stops within 2 s when no notification comes through', async () => {
    const figures: string[] = [];
    for (let round = 0; round < 3; round++) {
      // A pooler that swallows LISTEN, or a connection that nobody sees is dead: nobody is told of anything.
      await world.postgres.transaction(async (tx) => {
        await tx.query('ALTER TABLE applications DISABLE TRIGGER applications_changed');
        await tx.query('UPDATE registry_revision SET revision = revision + 1');
        await tx.query("UPDATE applications SET status = 'suspended' WHERE client_id = 'dossier'");
        await tx.query('ALTER TABLE applications ENABLE TRIGGER applications_changed');
      });
      figures.push((await untilEverywhere(false)).toFixed(0));
      await change('approved');
      await untilEverywhere(true);
    }
    console.log(`suspended without a notification, seen by 3 replicas after (ms): ${figures.join(' ')}`);
  });

  it('stops within 2 s although the connections that listen were lost just before', async () => {
    for (let round = 0; round < 3; round++) {
      await world.postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query = 'LISTEN registry_changed' AND datname = current_database()`,
      );
      await change('suspended');
      await untilEverywhere(false);
      await change('approved');
      await untilEverywhere(true);
    }
  });
});

it('a secret that is rotated with a grace works beside the new one; without, it stops', async () => {
  const rotate = createRotateSecret({
    applications: applications(),
    inventSecret: () => `secret-${Date.now()}-of-the-tests`,
  });
  const signature = () => ({ operator: 'camille', at: Date.now(), reason: '' });
  const accepts = async (secret: string) => {
    const basic = Buffer.from(`agenda:${secret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    const answer = await world.call(endpoints.introspection, { token: 'x' }, { clientId: null, headers });
    return answer.status === 200;
  };
  const former = (await applications().find('agenda'))?.secret ?? '';
  const withGrace = await rotate('agenda', 60_000, signature());
  if (!withGrace.ok) throw new Error(withGrace.refusal);
  await expect.poll(() => accepts(withGrace.value.secret), { timeout: EVERYWHERE_WITHIN_MS }).toBe(true);
  expect(await accepts(former)).toBe(true);
  expect(await accepts(`${former}x`)).toBe(false);

  const atOnce = await rotate('agenda', 0, signature());
  if (!atOnce.ok) throw new Error(atOnce.refusal);
  await expect.poll(() => accepts(withGrace.value.secret), { timeout: EVERYWHERE_WITHIN_MS }).toBe(false);
  expect(await accepts(former)).toBe(false);
  expect(await accepts(atOnce.value.secret)).toBe(true);
});

it('what a secret signed is accepted as long as the secret is: an assertion by client_secret_jwt', async () => {
  await world.saveApplication({
    clientId: 'signataire',
    loopbackRedirects: true,
    authentication: 'client_secret_jwt',
    secret: 'the-first-secret-of-signataire',
  });
  const accepts = async (secret: string) => {
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('signataire')
      .setSubject('signataire')
      .setAudience(world.issuer)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(Buffer.from(secret));
    const form = {
      token: 'x',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    return (await world.call(endpoints.introspection, form, { clientId: null })).status === 200;
  };
  const rotate = createRotateSecret({
    applications: applications(),
    inventSecret: () => 'the-second-secret-of-signataire',
  });
  const first = 'the-first-secret-of-signataire';
  const second = 'the-second-secret-of-signataire';
  await expect.poll(() => accepts(first), { timeout: EVERYWHERE_WITHIN_MS }).toBe(true);
  expect(await accepts(second)).toBe(false);

  await rotate('signataire', 3_000, { operator: 'camille', at: Date.now(), reason: '' });
  await expect.poll(() => accepts(second), { timeout: EVERYWHERE_WITHIN_MS }).toBe(true);
  expect(await accepts(first)).toBe(true);
  // The grace ends by itself: nothing changes in the registry then.
  await expect.poll(() => accepts(first), { timeout: 6_000, interval: 100 }).toBe(false);
  expect(await accepts(second)).toBe(true);
});

it('an application of test does not exist for a provider that refuses them', async () => {
  const production = await openWorld({ TEST_APPLICATIONS: 'refuse' }, 15);
  const url = authorizationUrl(production);
  const page = await production.browser().open(url, { stopAt: production.walletUrl });
  const token = await production.call(endpoints.introspection, { token: 'x' });
  await production.close();
  expect([page.status, token.status, token.json.error]).toEqual([400, 401, 'invalid_client']);
});
