import {
  answerBodySchema,
  type answerResponseSchema,
  type DeviceError,
  type DeviceErrorCode,
  type pendingRequestsResponseSchema,
  registerDeviceBodySchema,
  type registerDeviceResponseSchema,
} from '@psc/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AnswerChallenge } from '#src/use-cases/answer-challenge.ts';
import type { ListRequests } from '#src/use-cases/list-requests.ts';
import type { RegisterDevice } from '#src/use-cases/register-device.ts';
import { deviceRefusals } from './refusals.ts';

export interface DeviceRoutesNeeds {
  readonly registerDevice: RegisterDevice;
  readonly listRequests: ListRequests;
  readonly answerChallenge: AnswerChallenge;
  /** Counts one call from this address; false when there were too many. */
  readonly admitAddress: (ip: string) => Promise<boolean>;
  readonly walletOrigin: string;
}

const paramsSchema = z.object({ id: z.string() });

/** What a phone calls: @psc/contracts, ecps-device.ts. */
export function deviceRoutes(needs: DeviceRoutesNeeds) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      if (!(await needs.admitAddress(request.ip))) return refuse(reply, 'too_many_requests');
    });
    app.post('/device/v1/devices', register);
    app.get('/device/v1/requests', { exposeHeadRoute: false }, list);
    app.post('/device/v1/requests/:id/answer', answer);
  };

  async function register(request: FastifyRequest, reply: FastifyReply) {
    const body = registerDeviceBodySchema.safeParse(request.body).data;
    if (!body) return refuse(reply, 'malformed_request');
    const registered = await needs.registerDevice({ ...body, push: body.push });
    if (!registered.ok) return refuse(reply, registered.refusal);
    const answered: z.input<typeof registerDeviceResponseSchema> = { deviceId: registered.value };
    return reply.code(201).send(answered);
  }

  async function list(request: FastifyRequest, reply: FastifyReply) {
    const [, jws = ''] = /^Device ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(request.headers.authorization ?? '') ?? [];
    const called = { method: 'GET', url: `${needs.walletOrigin}/device/v1/requests` };
    const listed = await needs.listRequests(jws, called);
    if (!listed.ok) return refuse(reply, listed.refusal);
    const answered: z.input<typeof pendingRequestsResponseSchema> = { requests: [...listed.value] };
    return reply.send(answered);
  }

  async function answer(request: FastifyRequest, reply: FastifyReply) {
    const body = answerBodySchema.safeParse(request.body).data;
    if (!body) return refuse(reply, 'malformed_request');
    const { id: approvalId } = paramsSchema.parse(request.params);
    const answered = await needs.answerChallenge({ approvalId, answer: body.answer, pin: body.pin });
    if (!answered.ok)
      return refuse(
        reply,
        answered.refusal,
        'remainingTries' in answered ? answered.remainingTries : undefined,
      );
    const state: z.input<typeof answerResponseSchema> = { state: answered.value };
    return reply.send(state);
  }
}

function refuse(reply: FastifyReply, error: DeviceErrorCode, remainingTries?: number) {
  const { status, message } = deviceRefusals[error];
  const body: DeviceError = { error, message, ...(remainingTries === undefined ? {} : { remainingTries }) };
  if (error === 'too_many_requests') reply.header('retry-after', '60');
  return reply.code(status).send(body);
}
