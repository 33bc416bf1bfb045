import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import * as openid from 'openid-client';
import type { Answer, Tokens, Wire } from '../wire.ts';
import { type Callee, openCallee } from './callee.ts';

/** The two ways in which an application learns that the professional answered. */
export type Delivery = 'poll' | 'ping';

/**
 * The conformance suite as a client of CIBA under FAPI: it signs its requests and its assertions, and plays the professional
 * by the address that the sandbox has for it.
 */
export interface CibaClient {
  readonly clientId: string;
  readonly callee: Callee;
  /** What it wants to be shown when it is called. */
  readonly notificationToken: string;
  /** Until it was called about this request. */
  notified(authReqId: string): Promise<void>;
  /** The claims of a request that nothing is wrong with; undefined leaves one out. */
  claims(change?: Claims): JWTPayload;
  sign(claims: JWTPayload, alg?: string): Promise<string>;
  assertion(change?: Claims, alg?: string): Promise<Form>;
  /** Asks by a signed request. */
  ask(request?: string, authentication?: Form): Promise<Answer>;
  /** … and expects to be heard. */
  askFor(change?: Claims): Promise<{ readonly auth_req_id: string; readonly expires_in: number }>;
  poll(authReqId: string, authentication?: Form): Promise<Answer>;
  refresh(refreshToken: string): Promise<Answer>;
  play(authReqId: string, action: 'allow' | 'deny'): Promise<void>;
  /** The same application as `openid-client` has it, which polls by itself. */
  asLibrary(): Promise<openid.Configuration>;
  /** All of it. */
  logIn(change?: Claims): Promise<Tokens>;
}

type Claims = Readonly<Record<string, unknown>>;
type Form = Readonly<Record<string, string>>;

const webCrypto = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
} as const;

const CIBA = 'urn:openid:params:grant-type:ciba';

export interface CibaClientSettings {
  readonly delivery: Delivery;
  /** Who is asked. */
  readonly nationalId: string;
  /** What its keys sign with. */
  readonly alg?: 'ES256' | 'PS256';
  /** What it is registered with besides. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export async function openCibaClient(wire: Wire, settings: CibaClientSettings): Promise<CibaClient> {
  const { delivery, nationalId, alg = 'ES256', metadata = {} } = settings;
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomUUID();
  const callee = await openCallee();
  const notificationToken = randomUUID();
  const pings = {
    backchannel_token_delivery_mode: 'ping',
    backchannel_client_notification_endpoint: callee.url,
  };
  const { clientId } = await wire.register({
    client_name: 'Suite de conformité',
    grant_types: [CIBA, 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    // Without `alg`, so that the same key can sign otherwise as well.
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig' }] },
    backchannel_authentication_request_signing_alg: alg,
    // FAPI knows no RS256 (FAPI-RW §8.6).
    id_token_signed_response_alg: 'ES256',
    psc: { ciba_channels: ['MOBILE'] },
    ...(delivery === 'ping' ? pings : {}),
    ...metadata,
  });

  const sign = (claims: JWTPayload, by: string = alg) =>
    new SignJWT(claims).setProtectedHeader({ alg: by, kid }).sign(privateKey);

  const claims: CibaClient['claims'] = (change = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: clientId,
      aud: wire.issuer,
      iat: now,
      nbf: now,
      exp: now + 300,
      jti: randomUUID(),
      scope: 'openid scope_all',
      login_hint: nationalId,
      binding_message: '12',
      ...(delivery === 'ping' ? { client_notification_token: notificationToken } : {}),
      ...change,
    };
  };

  const assertion: CibaClient['assertion'] = async (change = {}, by = alg) => {
    const now = Math.floor(Date.now() / 1000);
    const said = {
      iss: clientId,
      sub: clientId,
      aud: wire.endpoint('token'),
      iat: now,
      exp: now + 60,
      jti: randomUUID(),
      ...change,
    };
    return {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await sign(said, by),
    };
  };

  const ask: CibaClient['ask'] = async (request, authentication) =>
    wire.post('ext/ciba/auth', {
      request: request ?? (await sign(claims())),
      ...(authentication ?? (await assertion({ aud: wire.issuer }))),
    });
  const askFor: CibaClient['askFor'] = async (change) => {
    const { status, json, text: said } = await ask(await sign(claims(change)));
    if (status !== 200) throw new Error(`CIBA: ${status} ${said}`);
    return json;
  };
  const poll: CibaClient['poll'] = async (auth_req_id, authentication) =>
    wire.post('token', { grant_type: CIBA, auth_req_id, ...(authentication ?? (await assertion())) });
  const play: CibaClient['play'] = async (authReqId, action) => {
    const { status, body } = await wire.sandbox.call(
      'POST',
      `/ciba?auth_req_id=${encodeURIComponent(authReqId)}&action=${action}`,
    );
    if (status !== 200) throw new Error(`the professional: ${status} ${JSON.stringify(body)}`);
  };

  return {
    clientId,
    callee,
    notificationToken,
    async notified(authReqId) {
      await callee.called(({ body }) => body.includes(authReqId));
    },
    claims,
    sign,
    assertion,
    ask,
    askFor,
    poll,
    play,
    refresh: async (refresh_token) =>
      wire.post('token', { grant_type: 'refresh_token', refresh_token, ...(await assertion()) }),
    asLibrary: async () =>
      openid.discovery(
        new URL(wire.issuer),
        clientId,
        {},
        openid.PrivateKeyJwt({ key: privateKey.toCryptoKey(webCrypto[alg], false, ['sign']), kid }),
        { execute: [openid.allowInsecureRequests] },
      ),
    async logIn(change) {
      const { auth_req_id } = await askFor(change);
      await play(auth_req_id, 'allow');
      const { status, json, text: said } = await poll(auth_req_id);
      if (status !== 200) throw new Error(`token endpoint: ${status} ${said}`);
      return json;
    },
  };
}
