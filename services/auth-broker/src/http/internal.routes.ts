import {
  activationTicketBodySchema,
  type activationTicketResponseSchema,
  cibaChallengeBodySchema,
  type cibaChallengedSchema,
  type PushSubscription,
} from '@psc/contracts';
import { parseNationalId } from '@psc/kernel';
import { requireCaller, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ChallengeForApplication } from '#src/use-cases/challenge-for-application.ts';
import type { IssueTicket } from '#src/use-cases/issue-ticket.ts';

/** What the other services ask; each route names who may. */
export function internalRoutes(needs: {
  readonly identity: ServiceIdentity;
  readonly issueTicket: IssueTicket;
  readonly challengeForApplication: ChallengeForApplication;
  readonly findPushSubscription: (deviceId: string) => Promise<PushSubscription | undefined>;
}) {
  const only = (caller: string) => ({ preHandler: requireCaller(needs.identity, [caller]) });

  return async (app: FastifyInstance): Promise<void> => {
    app.post('/internal/activation-tickets', only('enrolment-desk'), issueTicket);
    app.post('/internal/challenges', only('oidc-provider'), challenge);
    app.get(
      '/internal/devices/:deviceId/push-subscription',
      only('notification-worker'),
      sendPushSubscription,
    );
  };

  async function issueTicket(request: FastifyRequest, reply: FastifyReply) {
    const body = activationTicketBodySchema.safeParse(request.body).data;
    const issued = body ? await needs.issueTicket(body.nationalId) : undefined;
    if (!issued?.ok)
      return reply
        .code(400)
        .send({ error: 'malformed_request', message: 'Cet identifiant n’a pas la bonne forme.' });
    const answered: z.input<typeof activationTicketResponseSchema> = issued.value;
    return reply.code(201).header('cache-control', 'no-store').send(answered);
  }

  async function challenge(request: FastifyRequest, reply: FastifyReply) {
    const body = cibaChallengeBodySchema.safeParse(request.body).data;
    const identifier = body && parseNationalId(body.nationalId);
    if (!body || !identifier?.ok)
      return reply.code(400).send({ error: 'malformed_request', message: 'Cette demande est mal formée.' });
    const { approvalId, means, number, seconds } = body;
    const challenged = await needs.challengeForApplication({
      approvalId,
      identifier: identifier.value,
      means,
      number,
      lifetimeMs: seconds * 1000,
    });
    if (!challenged.ok)
      return reply
        .code(409)
        .send({ error: challenged.refusal, message: 'Cette demande n’attend pas de réponse.' });
    const answered: z.input<typeof cibaChallengedSchema> = { state: 'challenged' };
    return reply.send(answered);
  }

  async function sendPushSubscription(request: FastifyRequest, reply: FastifyReply) {
    const deviceId = z.object({ deviceId: z.string() }).parse(request.params).deviceId;
    const subscription = await needs.findPushSubscription(deviceId);
    if (!subscription)
      return reply
        .code(404)
        .send({ error: 'not_found', message: 'Ce téléphone ne reçoit pas de notification.' });
    return reply.header('cache-control', 'no-store').send(subscription);
  }
}
