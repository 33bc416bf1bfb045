import type { Issued } from '@psc/test-pki';
import { fastify } from 'fastify';
import { z } from 'zod';

export interface ReceivedSms {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

export interface SmsGatewaySettings {
  readonly port: number;
  readonly server: Issued;
  readonly token: string;
  readonly receive: (sms: ReceivedSms) => void;
  /** What it answers instead of taking the SMS. */
  readonly obstacle?: (
    sms: ReceivedSms,
  ) => { readonly status: number; readonly retryAfter?: string } | undefined;
}

const smsSchema = z.strictObject({
  id: z.string().min(1).max(128),
  to: z.string().regex(/^\+[1-9]\d{6,14}$/),
  text: z.string().min(1).max(1_600),
});

/** Ids of the last SMS: the same one again is answered the same, and rings once. */
const REMEMBERED = 10_000;

/** An SMS gateway of this machine, as notification-worker expects one: `POST /messages`. */
export async function startSmsGateway(settings: SmsGatewaySettings): Promise<{ close(): Promise<void> }> {
  const { server, token, receive } = settings;
  const taken = new Set<string>();
  const app = fastify({
    https: { key: server.key, cert: server.certificate },
    forceCloseConnections: true,
    bodyLimit: 16 * 1024,
  });

  app.post('/messages', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${token}`)
      return reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'token_invalid' });
    const sms = smsSchema.safeParse(request.body).data;
    if (!sms || request.headers['idempotency-key'] !== sms.id)
      return reply.code(400).send({ error: 'malformed_request' });
    const obstacle = settings.obstacle?.(sms);
    if (obstacle?.retryAfter !== undefined) reply.header('retry-after', obstacle.retryAfter);
    if (obstacle) return reply.code(obstacle.status).send({ error: 'not_taken', to: sms.to });
    if (!taken.has(sms.id)) {
      const [oldest] = taken;
      if (taken.size >= REMEMBERED && oldest !== undefined) taken.delete(oldest);
      taken.add(sms.id);
      receive(sms);
    }
    return reply.code(202).send({ id: sms.id });
  });

  await app.listen({ host: '127.0.0.1', port: settings.port });
  return { close: () => app.close() };
}
