import { randomUUID } from 'node:crypto';
import type { Approvals } from '@psc/approvals';
import { deviceJwsTypes, type PushSubscription } from '@psc/contracts';
import type { ServiceClient } from '@psc/runtime';
import { type FastifyReply, fastify } from 'fastify';
import { decodeProtectedHeader, EmbeddedJWK, importJWK, type JWK, jwtVerify } from 'jose';

interface EnrolledDevice {
  readonly nationalId: string;
  readonly pin: string;
  readonly key: JWK;
  readonly push: PushSubscription | undefined;
  wrongPins: number;
}

/**
 * The device API as the phones' tests need it: real signatures, real approvals, no storage. The journeys run the phones
 * against the real one.
 */
export async function startStandInWallet(port: number, approvals: Approvals) {
  const url = `http://localhost:${port}`;
  const tickets = new Map<string, string>();
  const devices = new Map<string, EnrolledDevice>();
  const app = fastify();

  app.post<{ Body: { registration: string; pin: string; push?: PushSubscription } }>(
    '/device/v1/devices',
    async (request, reply) => {
      const { registration, pin, push } = request.body;
      const options = { audience: url, typ: deviceJwsTypes.registration };
      const { payload, protectedHeader } = await jwtVerify(registration, EmbeddedJWK, options);
      const nationalId = tickets.get(String(payload.ticket));
      if (nationalId === undefined || !protectedHeader.jwk) return refuse(reply, 400, 'ticket_invalid');
      tickets.delete(String(payload.ticket));
      const deviceId = randomUUID();
      devices.set(deviceId, { nationalId, pin, key: protectedHeader.jwk, push, wrongPins: 0 });
      return reply.code(201).send({ deviceId });
    },
  );

  app.get('/device/v1/requests', async (request, reply) => {
    const jws = (request.headers.authorization ?? '').replace('Device ', '');
    const { device, claims } = await verify(jws, deviceJwsTypes.request);
    if (!device) return refuse(reply, 401, 'device_unknown');
    if (device.wrongPins >= 3) return refuse(reply, 403, 'device_locked');
    if (claims.htu !== `${url}/device/v1/requests`) return refuse(reply, 401, 'signature_invalid');
    const awaiting = await approvals.awaiting(device.nationalId);
    return {
      requests: awaiting.map(({ id, request: asked, challenge, expiresAt }) => ({
        id,
        clientId: asked.clientId,
        application: asked.clientName,
        requestedFrom: asked.requester.ip,
        requestedAt: new Date(challenge.challengedAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
      })),
    };
  });

  app.post<{ Params: { id: string }; Body: { answer: string; pin?: string } }>(
    '/device/v1/requests/:id/answer',
    async (request, reply) => {
      const { device, claims } = await verify(request.body.answer, deviceJwsTypes.answer);
      if (!device) return refuse(reply, 401, 'device_unknown');
      const approval = await approvals.find(request.params.id);
      if (!approval || approval.request.clientId !== claims.client)
        return refuse(reply, 404, 'request_unknown');
      if (approval.state !== 'challenged') return refuse(reply, 409, 'already_answered');
      switch (claims.decision) {
        case 'refuse':
          await approvals.decide(approval.id, { state: 'denied', reason: 'refused' });
          return { state: 'denied' };
        case 'report':
          await approvals.decide(approval.id, { state: 'reported' });
          return { state: 'reported' };
      }
      if (request.body.pin !== device.pin) {
        device.wrongPins++;
        return refuse(reply, 403, 'pin_wrong', { remainingTries: 3 - device.wrongPins });
      }
      if (claims.number !== approval.challenge.number) {
        await approvals.decide(approval.id, { state: 'denied', reason: 'wrong_number' });
        return refuse(reply, 403, 'number_wrong');
      }
      await approvals.decide(approval.id, { state: 'approved', proof: 'signed' });
      return { state: 'approved' };
    },
  );

  await app.listen({ host: 'localhost', port });
  const authBroker: ServiceClient = {
    get: async () => undefined,
    async post(_path, body, answer) {
      const ticket = randomUUID();
      tickets.set(ticket, String(Object(body).nationalId));
      return answer.parse({ ticket, expiresIn: 600 });
    },
  };
  return { url, devices, authBroker, close: () => app.close() };

  async function verify(jws: string, typ: string) {
    const device = devices.get(decodeProtectedHeader(jws).kid ?? '');
    if (!device) return { device, claims: {} };
    const { payload } = await jwtVerify(jws, await importJWK(device.key, 'ES256'), { audience: url, typ });
    return { device, claims: payload };
  }
}

function refuse(reply: FastifyReply, status: number, error: string, rest: object = {}) {
  return reply.code(status).send({ error, message: 'Refusé.', ...rest });
}
