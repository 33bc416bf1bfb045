import { hash } from 'node:crypto';
import type { Approvals } from '@psc/approvals';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Phones } from '../phones/start-phones.ts';
import { ControlRefusal, read } from './answers.ts';

const playSchema = z.object({
  auth_req_id: z.string().min(1).max(128),
  action: z.enum(['allow', 'deny']),
});

/** Plays the professional for one CIBA request, in the shape that the OpenID conformance suite calls. */
export function cibaRoutes(app: FastifyInstance, phones: Phones, approvals: Pick<Approvals, 'find'>): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/ciba',
    handler: async (request, reply) => {
      const { auth_req_id: authReqId, action } = read(playSchema, request.query);
      // The provider names the approval so: the auth_req_id is a credential, and stays with the application.
      const id = hash('sha256', authReqId, 'base64url');
      const approval = await approvals.find(id);
      if (approval?.state !== 'challenged')
        throw new ControlRefusal(404, 'approval_unknown', 'No pending approval has this auth_req_id.');
      const { nationalId, means, number } = approval.challenge;
      if (means === 'cps')
        throw new ControlRefusal(
          409,
          'card_awaited',
          'This request awaits a card, which nobody can present yet.',
        );
      const phone = phones.find(nationalId);
      if (!phone) throw new ControlRefusal(404, 'phone_unknown', 'This professional has no activated phone.');
      const { status, body } = await phone.answer(
        id,
        action === 'allow' ? { decision: 'approve', number } : { decision: 'refuse' },
      );
      return reply.code(status).send(body);
    },
  });
}
