import type { FastifyReply } from 'fastify';

export function refuseBody(reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: 'malformed_request', message: 'La requête est mal formée.' });
}
