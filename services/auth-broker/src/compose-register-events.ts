import { Counter } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { registerEventRoutes } from '#src/http/register-events.routes.ts';
import { createActOnRegisterEvents } from '#src/use-cases/act-on-register-events.ts';
import type { DecideChallenge } from '#src/use-cases/decide-challenge.ts';
import type { SendMessage } from '#src/use-cases/send-message.ts';
import type { Parts } from './compose.ts';

/** What this service does of what happens in the register. */
export async function composeRegisterEvents(
  app: FastifyInstance,
  parts: Pick<Parts, 'registerEvents' | 'directory' | 'devices' | 'approvals' | 'identity' | 'metrics'>,
  needs: { readonly decideChallenge: DecideChallenge; readonly sendMessage: SendMessage },
): Promise<void> {
  const acted = new Counter({
    name: 'register_events_total',
    help: 'Events of the register that were acted on, by type',
    labelNames: ['type'],
    registers: [parts.metrics],
  });
  const act = createActOnRegisterEvents({
    ...needs,
    events: parts.registerEvents,
    directory: parts.directory,
    devices: parts.devices,
    approvals: parts.approvals,
    onActed: ({ type }) => acted.inc({ type }),
    onUnreachable: ({ id }, changed) =>
      app.log.warn({ event: id, changed }, 'a change of contact could not be announced to the old one'),
  });
  await app.register(registerEventRoutes({ identity: parts.identity, act }));
}
