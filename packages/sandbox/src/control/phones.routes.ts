import type { FastifyInstance } from 'fastify';
import { answerSchema, behaviourSchema, type Phone } from '../phones/phone.ts';
import type { Phones } from '../phones/start-phones.ts';
import { ControlRefusal, read } from './answers.ts';
import type { People } from './people.ts';

interface PhoneParams {
  nationalId: string;
  id: string;
}

/** What the person who holds a phone is told to do, and what the phone shows. */
export function phoneRoutes(app: FastifyInstance, phones: Phones, people: Pick<People, 'get'>): void {
  app.put<{ Params: PhoneParams }>('/phones/:nationalId', async (request) => {
    const phone = phoneOf(request.params.nationalId);
    phone.behaviour = read(behaviourSchema, request.body);
    phone.look();
    return { nationalId: phone.nationalId, ...phone.behaviour };
  });

  app.get<{ Params: PhoneParams }>('/phones/:nationalId', async (request) => {
    const phone = phoneOf(request.params.nationalId);
    return { nationalId: phone.nationalId, ...phone.behaviour };
  });

  app.get<{ Params: PhoneParams }>('/phones/:nationalId/requests', async (request) => {
    const shown = await phoneOf(request.params.nationalId).requests();
    if (!shown.ok) throw new ControlRefusal(409, shown.refusal, shown.message);
    return shown.value.map(({ id, application, requestedFrom, expiresAt }) => ({
      id,
      application,
      requestedFrom,
      expiresAt,
    }));
  });

  app.post<{ Params: PhoneParams }>('/phones/:nationalId/requests/:id', async (request, reply) => {
    const phone = phoneOf(request.params.nationalId);
    const { status, body } = await phone.answer(request.params.id, read(answerSchema, request.body));
    return reply.code(status).send(body);
  });

  function phoneOf(nationalId: string): Phone {
    people.get(nationalId);
    const phone = phones.find(nationalId);
    if (phone) return phone;
    throw new ControlRefusal(404, 'phone_unknown', 'This professional has no activated phone (ecps: false).');
  }
}
