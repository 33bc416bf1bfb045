import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OwnRegistration, Registration } from '#src/use-cases/register-application.ts';
import { type ReadMetadata, readRegistrationMetadata, registrationAnswer } from './registration-metadata.ts';

/** Bytes. */
const LONGEST_BODY = 64 * 1024;
/** Of an application; what is none is not looked for. */
const IDENTIFIER = /^[\w.~-]{1,128}$/;
/** As they are made: anything else is not looked for. */
const TOKEN = /^Bearer ([\w-]{43})$/i;

/**
 * Dynamic registration (RFC 7591, where Keycloak has it). It takes a token that an operator gave out, and what it makes is a
 * request: an application that works once an operator approved it. Until then its own token lets it be read, replaced and
 * withdrawn (RFC 7592).
 */
export function registrationRoutes(needs: {
  readonly registration: Registration;
  /** Where this is mounted: its path, and its address for applications. */
  readonly path: string;
  readonly address: string;
  readonly environment: 'test' | 'production';
  readonly inventClientId: () => string;
  /** Counts one call of this address; false when it called too often. */
  readonly countCall: (ip: string) => Promise<boolean>;
}) {
  const { registration, path, address, environment, inventClientId, countCall } = needs;

  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: LONGEST_BODY }, (_request, body, done) =>
      done(null, body),
    );
    app.addHook('onRequest', async ({ ip }, reply) => {
      if (await countCall(ip)) return;
      return reply
        .code(429)
        .header('retry-after', '60')
        .send({ error: 'slow_down', error_description: 'too many registrations from this network' });
    });
    app.addHook('onSend', async (_request, reply) => {
      reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
    });

    app.post(path, async (request, reply) => {
      const token = tokenOf(request);
      if (token === undefined) return refuseToken(reply);
      const metadata = readRegistrationMetadata(parse(request.body), inventClientId(), environment);
      if (!metadata.ok) return refuseMetadata(reply, metadata);
      const registered = await registration.register(token, metadata.declaration);
      if (!registered.ok) return refuseToken(reply);
      const { application, accessToken } = registered.value;
      return reply.code(201).send({
        ...registrationAnswer(application, address),
        ...secretMembers(application.secret),
        registration_access_token: accessToken,
      });
    });

    app.get(`${path}/:clientId`, async (request, reply) => {
      const own = ownOf(request);
      const found = own && (await registration.read(own));
      return found?.ok ? reply.send(registrationAnswer(found.value, address)) : refuseToken(reply);
    });

    app.put(`${path}/:clientId`, async (request, reply) => {
      const own = ownOf(request);
      if (!own) return refuseToken(reply);
      const body = parse(request.body);
      const metadata = readRegistrationMetadata(body, own.clientId, environment);
      if (isOfAnother(body, own.clientId)) return refuseMetadata(reply, anotherClient);
      if (!metadata.ok) return refuseMetadata(reply, metadata);
      const replaced = await registration.replace(own, metadata.declaration);
      if (!replaced.ok) return refuse(reply, replaced.refusal);
      const { application, inventedSecret = '' } = replaced.value;
      return reply.send({ ...registrationAnswer(application, address), ...secretMembers(inventedSecret) });
    });

    app.delete(`${path}/:clientId`, async (request, reply) => {
      const own = ownOf(request);
      const removed = own && (await registration.remove(own));
      if (!removed) return refuseToken(reply);
      return removed.ok ? reply.code(204).send() : refuse(reply, removed.refusal);
    });
  };
}

/** A secret is told when it is made, and does not expire. */
function secretMembers(secret: string) {
  return secret === '' ? {} : { client_secret: secret, client_secret_expires_at: 0 };
}

function tokenOf({ headers }: FastifyRequest): string | undefined {
  return TOKEN.exec(headers.authorization ?? '')?.[1];
}

function ownOf(request: FastifyRequest): OwnRegistration | undefined {
  const accessToken = tokenOf(request);
  // Fastify leaves the parameters untyped; the route above has this one.
  const { clientId } = request.params as { clientId: string };
  return accessToken === undefined || !IDENTIFIER.test(clientId) ? undefined : { clientId, accessToken };
}

/** What is sent to be replaced names itself, if at all, as it is named (RFC 7592 §2.2). */
function isOfAnother(body: unknown, clientId: string): boolean {
  const named = typeof body === 'object' && body !== null && 'client_id' in body;
  return named && body.client_id !== clientId;
}

const anotherClient = {
  ok: false,
  error: 'invalid_client_metadata',
  description: 'client_id: is of another registration',
} as const;

/** Undefined for what is no JSON: refused as what is no object. */
function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}

function refuse(reply: FastifyReply, refusal: 'token_invalid' | 'decided'): FastifyReply {
  if (refusal === 'token_invalid') return refuseToken(reply);
  return reply
    .code(403)
    .send({ error: 'access_denied', error_description: 'the request was decided: the operator changes it' });
}

function refuseToken(reply: FastifyReply): FastifyReply {
  return reply.code(401).header('www-authenticate', 'Bearer error="invalid_token"').send({
    error: 'invalid_token',
    error_description: 'the token is missing, over, used up or of another registration',
  });
}

function refuseMetadata(reply: FastifyReply, metadata: Extract<ReadMetadata, { ok: false }>): FastifyReply {
  return reply.code(400).send({ error: metadata.error, error_description: metadata.description });
}
