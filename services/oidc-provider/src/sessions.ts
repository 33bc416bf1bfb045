import { randomBytes } from 'node:crypto';
import { applicationCallOwedSeconds } from '@psc/contracts';
import type { Clock } from '@psc/kernel';
import { Counter, type Registry as Metrics } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { frontChannelUrls } from '#src/domain/logout.ts';
import { createBrowserSessions } from '#src/engine/browser-sessions.ts';
import { endpoints, mountPathOf } from '#src/engine/endpoints.ts';
import type { Engine } from '#src/engine/engine.ts';
import { createLogoutCalls } from '#src/engine/logout-calls.ts';
import { createReadIdToken, createSignLogoutToken } from '#src/engine/logout-tokens.ts';
import { portalLoginUrlOf, portalUrlOf } from '#src/engine/portal.ts';
import { ENDED_SESSION_SECONDS, type EngineStore } from '#src/engine/store.ts';
import { accountRoutes } from '#src/http/account.routes.ts';
import { logoutRoutes } from '#src/http/logout.routes.ts';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';
import { createCloseSessions } from '#src/use-cases/close-sessions.ts';
import { createEndSession } from '#src/use-cases/end-session.ts';
import { createListSessions } from '#src/use-cases/list-sessions.ts';
import { createLogOut } from '#src/use-cases/log-out.ts';
import { createPrepareLogoutCall } from '#src/use-cases/prepare-logout-call.ts';
import type { Config } from './config.ts';

export interface SessionParts {
  readonly store: EngineStore;
  readonly applicationCalls: ApplicationCalls;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * How sessions end: at an application's request, on the page of one's sessions, by the engine itself. `engine`: the one
 * that is started with what this gives it, and is asked later only.
 */
export function composeSessions(
  parts: SessionParts,
  settings: Pick<Config, 'ISSUER' | 'COOKIE_KEYS'>,
  engine: () => Pick<Engine, 'findApplication' | 'signer'>,
) {
  const { ISSUER: issuer, COOKIE_KEYS: cookieKeys } = settings;
  const { sessions } = parts.store;
  const findApplication = (clientId: string) => engine().findApplication(clientId);
  const signer = () => engine().signer();
  const logoutCalls = createLogoutCalls(parts.store, { owedSeconds: applicationCallOwedSeconds });

  const ended = new Counter({
    name: 'sessions_ended_total',
    help: 'Sessions that somebody ended before their time',
    registers: [parts.metrics],
  });
  const endSession = createEndSession({
    sessions,
    logoutCalls,
    applicationCalls: parts.applicationCalls,
    findApplication,
    drawEnding: () => randomBytes(32).toString('base64url'),
    owedSeconds: applicationCallOwedSeconds,
    settlingSeconds: ENDED_SESSION_SECONDS,
    onEnded: () => ended.inc(),
  });
  const prepareLogoutCall = createPrepareLogoutCall({
    logoutCalls,
    sessions,
    endSession,
    findApplication,
    signLogoutToken: createSignLogoutToken(signer, issuer, parts.clock),
  });

  return {
    endSession,
    prepareLogoutCall,

    async mount(app: FastifyInstance): Promise<void> {
      const { origin } = new URL(issuer);
      const browserSessions = createBrowserSessions(sessions, { issuer, cookieKeys });
      await app.register(
        logoutRoutes({
          path: mountPathOf(issuer) + endpoints.end_session,
          origin,
          browserSessions,
          logOut: createLogOut({
            endSession,
            readIdToken: createReadIdToken(signer, issuer),
            findApplication,
            issuer,
          }),
        }),
      );
      await app.register(
        accountRoutes({
          path: new URL(portalUrlOf(issuer)).pathname,
          origin,
          logInUrl: portalLoginUrlOf(issuer),
          browserSessions,
          listSessions: createListSessions({ sessions, findApplication }),
          closeSessions: createCloseSessions({ sessions, endSession }),
          framesOf: (ended) => frontChannelUrls(ended, issuer, findApplication),
        }),
      );
    },
  };
}
