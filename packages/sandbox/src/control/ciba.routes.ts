import type { Approvals } from '@psc/approvals';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Phones } from '../phones/start-phones.ts';
import { ControlRefusal, read } from './answers.ts';

const playSchema = z.object({
  auth_req_id: z.string().min(1).max(128),
  action: z.enum(['allow', 'deny']),
});

/** Plays the professional for one pending approval, in the shape that the OpenID conformance suite calls. */
export function cibaRoutes(app: FastifyInstance, phones: Phones, approvals: Pick<Approvals, 'find'>): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/ciba',
    handler: async (request, reply) => {
      const { auth_req_id: id, action } = read(playSchema, request.query);
      const approval = await approvals.find(id);
      if (approval?.state !== 'challenged')
        throw new ControlRefusal(404, 'approval_unknown', 'No pending approval has this auth_req_id.');
      const phone = phones.find(approval.challenge.nationalId);
      if (!phone) throw new ControlRefusal(404, 'phone_unknown', 'This professional has no activated phone.');
      const { status, body } = await phone.answer(
        id,
        action === 'allow'
          ? { decision: 'approve', number: approval.challenge.number }
          : { decision: 'refuse' },
      );
      return reply.code(status).send(body);
    },
  });
}
