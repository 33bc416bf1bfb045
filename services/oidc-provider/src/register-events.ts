import { Counter, type Logger, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { createSubjects } from '#src/domain/subject.ts';
import { registerEventRoutes } from '#src/http/register-events.routes.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import type { RegisterNews } from '#src/ports/register-news.ts';
import { createActOnRegisterEvents } from '#src/use-cases/act-on-register-events.ts';
import type { EndSession } from '#src/use-cases/end-session.ts';
import type { Config } from './config.ts';
import type { SessionParts } from './sessions.ts';

export interface RegisterEventParts extends Pick<SessionParts, 'store' | 'metrics'> {
  readonly registerEvents: RegisterEvents;
  readonly registerNews: RegisterNews;
  readonly directory: Directory;
  readonly identity: ServiceIdentity;
  readonly logger: Logger;
}

/** What this service does of what happens in the register. `forget`: what this replica remembers of it. */
export function composeRegisterEvents(
  parts: RegisterEventParts,
  settings: Pick<Config, 'SUBJECT_STORE_UUID'>,
  needs: { readonly endSession: EndSession; readonly forget: () => void },
) {
  const acted = new Counter({
    name: 'register_events_total',
    help: 'Events of the register that were acted on, by type',
    labelNames: ['type'],
    registers: [parts.metrics],
  });
  const act = createActOnRegisterEvents({
    events: parts.registerEvents,
    news: parts.registerNews,
    directory: parts.directory,
    sessions: parts.store.sessions,
    endSession: needs.endSession,
    subjects: createSubjects(settings.SUBJECT_STORE_UUID),
    onActed({ id, type }, ended) {
      acted.inc({ type });
      if (ended > 0) parts.logger.info({ event: id, type, ended }, 'sessions ended by the register');
    },
  });

  return async (app: FastifyInstance): Promise<void> => {
    const stop = parts.registerNews.listen(needs.forget);
    app.addHook('onClose', async () => stop());
    await app.register(registerEventRoutes({ identity: parts.identity, act }));
  };
}
