import { Unavailable } from '@psc/kernel';
import { isOwnForm } from '@psc/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OpenSession } from '#src/domain/session.ts';
import type { BrowserSession, BrowserSessions } from '#src/ports/browser-sessions.ts';
import type { CloseSessions, Closing } from '#src/use-cases/close-sessions.ts';
import type { ListSessions } from '#src/use-cases/list-sessions.ts';
import { parametersOf, readForms, readParameters } from './form.ts';
import { accountPage } from './pages/account.ts';
import { logInPage } from './pages/log-in.ts';
import { sessionClosedPage } from './pages/session-closed.ts';
import { troublePage } from './pages/trouble.ts';
import { type AccountTrouble, accountTroubles } from './refusals.ts';
import { sendPage } from './send-page.ts';

export interface AccountRoutesNeeds {
  /** Path of the page. */
  readonly path: string;
  /** The issuer's, where our own forms come from. */
  readonly origin: string;
  /** Logs somebody in and comes back. */
  readonly logInUrl: string;
  readonly browserSessions: BrowserSessions;
  readonly listSessions: ListSessions;
  readonly closeSessions: CloseSessions;
  /** What the page of this browser's own session, closed, shows in frames. */
  readonly framesOf: (ended: OpenSession) => readonly string[];
}

/** A person's page of their own sessions, in every browser: PSC's portal says "log out of all sessions". */
export function accountRoutes(needs: AccountRoutesNeeds) {
  const { path, browserSessions } = needs;

  return async (app: FastifyInstance): Promise<void> => {
    readForms(app);
    app.setErrorHandler(answerError);
    app.get(path, { exposeHeadRoute: false }, show);
    app.post(`${path}/close`, (request, reply) => {
      const { session = '' } = readParameters(parametersOf(request), ['session']) ?? {};
      return close(request, reply, { sid: session });
    });
    app.post(`${path}/close-all`, (request, reply) => close(request, reply, 'all'));
  };

  async function show(request: FastifyRequest, reply: FastifyReply) {
    const { error = '' } = readParameters(parametersOf(request), ['error']) ?? {};
    const browser = await browserSessions.find(request.headers.cookie);
    if (!browser) return sendPage(reply, 200, logInPage({ logInUrl: needs.logInUrl, gaveUp: error !== '' }));
    const sessions = await needs.listSessions(browser);
    return sendPage(reply, 200, accountPage({ path, sessions, token: browser.formToken }));
  }

  async function close(request: FastifyRequest, reply: FastifyReply, closing: Closing) {
    const browser = await browserSessions.find(request.headers.cookie);
    // Over already, here or elsewhere: the page says so, and how to log in again.
    if (!browser) return reply.redirect(path, 303);
    if (!isFormOf(request, browser)) return refuse(reply, 'foreign_form');
    const ended = await needs.closeSessions(browser, closing);
    const own = closing === 'all' || closing.sid === browser.sid;
    if (!own) return reply.redirect(path, 303);
    const endedHere = ended.find(({ sid }) => sid === browser.sid);
    reply.header('set-cookie', [...browserSessions.forgetting]);
    const frames = endedHere ? needs.framesOf(endedHere) : [];
    return sendPage(reply, 200, sessionClosedPage({ frames, all: closing === 'all' }));
  }

  function isFormOf(request: FastifyRequest, browser: BrowserSession): boolean {
    const { token = '' } = readParameters(parametersOf(request), ['token']) ?? {};
    return isOwnForm(request, needs.origin) && browser.isFormToken(token);
  }

  function refuse(reply: FastifyReply, trouble: AccountTrouble) {
    const words = accountTroubles[trouble];
    return sendPage(reply, words.status, troublePage({ words, retryUrl: path }));
  }

  function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
    if ((error.statusCode ?? 500) < 500) return refuse(reply, 'foreign_form');
    request.log.error({ err: error }, 'a page of sessions could not be shown');
    return refuse(reply, error instanceof Unavailable ? 'unavailable' : 'unexpected');
  }
}
