import { hash } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import type { FastifyReply, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import {
  createLocalJWKSet,
  errors,
  importJWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { z } from 'zod';
import type { privateServiceKey, publicServiceKey } from './config.ts';

/**
 * Who this service is for the others. Services authenticate with ES256 JWTs that live one minute (RFC 7519, RFC 8725):
 * no shared secret, and a stolen token is soon worth nothing. `typ` keeps a call token and a proof apart.
 */
export interface ServiceIdentity {
  readonly name: string;

  /** Bearer token for one other service; the same one for half its life. */
  tokenFor(audience: string): Promise<string>;

  /** The service that made this `Authorization` header for us; undefined when nobody we trust did. */
  callerOf(authorization: string | undefined): Promise<string | undefined>;

  /** Signs claims with `iss` this service and `iat` now. `lifetime` in seconds. */
  sign(typ: string, audience: string, claims: JWTPayload, lifetime: number): Promise<string>;

  /** The claims of a JWT that `issuer` signed for this service, with this `typ`, still valid; undefined otherwise. */
  verify(typ: string, issuer: string, jwt: string): Promise<JWTPayload | undefined>;
}

const CALL_TYP = 'service-call+jwt';
const CALL_LIFETIME_S = 60;
const REMEMBERED_CALLS = 1_000;

export async function createServiceIdentity(settings: {
  name: string;
  key: z.infer<typeof privateServiceKey>;
  trust: Readonly<Record<string, readonly z.infer<typeof publicServiceKey>[]>>;
  clock: Clock;
}): Promise<ServiceIdentity> {
  const { name, clock } = settings;
  const privateKey = await importJWK(settings.key, 'ES256');
  const trusted = new Map<string, JWTVerifyGetKey>(
    Object.entries(settings.trust).map(([service, keys]) => [
      service,
      createLocalJWKSet({ keys: keys.map((key) => ({ ...key, alg: 'ES256' })) }),
    ]),
  );
  const made = new Map<string, { token: string; renewAt: number }>();
  /** Calls verified already, by digest: one signature check per token, not per request. Oldest forgotten first. */
  const verified = new Map<string, { caller: string; until: number }>();

  const sign: ServiceIdentity['sign'] = (typ, audience, claims, lifetime) => {
    const now = Math.floor(clock() / 1000);
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', typ, kid: settings.key.kid })
      .setIssuer(name)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetime)
      .sign(privateKey);
  };

  const verify: ServiceIdentity['verify'] = async (typ, issuer, jwt) => {
    const keys = trusted.get(issuer);
    if (!keys) return undefined;
    try {
      const { payload } = await jwtVerify(jwt, keys, {
        algorithms: ['ES256'],
        typ,
        issuer,
        audience: name,
        requiredClaims: ['iat', 'exp'],
        currentDate: new Date(clock()),
        clockTolerance: 5,
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };

  return {
    name,
    sign,
    verify,

    async tokenFor(audience) {
      const known = made.get(audience);
      if (known && known.renewAt > clock()) return known.token;
      const token = await sign(CALL_TYP, audience, {}, CALL_LIFETIME_S);
      made.set(audience, { token, renewAt: clock() + (CALL_LIFETIME_S * 1000) / 2 });
      return token;
    },

    async callerOf(authorization) {
      const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '') ?? [];
      if (!token) return undefined;
      const digest = hash('sha256', token, 'base64url');
      const known = verified.get(digest);
      if (known) return known.until > clock() ? known.caller : undefined;
      const issuer = claimedIssuer(token);
      const payload = issuer === undefined ? undefined : await verify(CALL_TYP, issuer, token);
      if (issuer === undefined || payload?.exp === undefined) return undefined;
      const [oldest] = verified.keys();
      if (verified.size >= REMEMBERED_CALLS && oldest !== undefined) verified.delete(oldest);
      verified.set(digest, { caller: issuer, until: payload.exp * 1000 });
      return issuer;
    },
  };
}

/** Only says whose key to verify with: nothing is believed before that. */
function claimedIssuer(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const issuer =
      typeof payload === 'object' && payload !== null && 'iss' in payload ? payload.iss : undefined;
    return typeof issuer === 'string' ? issuer : undefined;
  } catch {
    return undefined;
  }
}

/** Fastify `preHandler`: only these services pass. 401 without a valid token, 403 for another service. */
export function requireCaller(
  identity: ServiceIdentity,
  allowed: readonly string[],
): preHandlerAsyncHookHandler {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = await identity.callerOf(request.headers.authorization);
    if (caller === undefined) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'invalid_token', message: 'Service inconnu.' });
    }
    if (!allowed.includes(caller)) {
      return reply
        .code(403)
        .send({ error: 'access_denied', message: "Ce service n'a pas accès à cette adresse." });
    }
    request.caller = caller;
  };
}

/** The caller that `requireCaller` let through, for the audit. */
export function callerOf(request: FastifyRequest): string {
  return request.caller ?? 'unknown';
}
