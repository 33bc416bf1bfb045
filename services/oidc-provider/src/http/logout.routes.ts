import { Unavailable } from '@psc/kernel';
import { isOwnForm } from '@psc/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { wayBackTo } from '#src/domain/application.ts';
import type { BrowserSession, BrowserSessions } from '#src/ports/browser-sessions.ts';
import type { LoggedOut, LogOut } from '#src/use-cases/log-out.ts';
import { parametersOf, readForms, readParameters } from './form.ts';
import { confirmLogoutPage } from './pages/confirm-logout.ts';
import { leavingPage, sessionClosedPage } from './pages/session-closed.ts';
import { troublePage } from './pages/trouble.ts';
import { type LogoutTrouble, logoutTroubles } from './refusals.ts';
import { sendPage } from './send-page.ts';

export interface LogoutRoutesNeeds {
  /** Path of the logout endpoint. */
  readonly path: string;
  /** The issuer's, where our own forms come from. */
  readonly origin: string;
  readonly logOut: LogOut;
  readonly browserSessions: BrowserSessions;
}

const names = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const;
type Parameters = Readonly<Record<(typeof names)[number], string>>;

/**
 * RP-initiated logout, at Keycloak's address. `logout_hint` and `ui_locales` are accepted and say nothing to us: there is
 * one session, and one language. Keycloak's former `redirect_uri` is not followed, like any parameter that is unknown here
 * (Keycloak itself has refused it since version 18).
 */
export function logoutRoutes({ path, origin, logOut, browserSessions }: LogoutRoutesNeeds) {
  return async (app: FastifyInstance): Promise<void> => {
    readForms(app);
    app.setErrorHandler(answerError);
    app.get(path, { exposeHeadRoute: false }, begin);
    app.post(path, begin);
    app.post(`${path}/logout-confirm`, confirm);
  };

  async function begin(request: FastifyRequest, reply: FastifyReply) {
    const asked = readParameters(parametersOf(request), names);
    if (!asked) return refuse(request, reply, 'malformed', undefined);
    // Another site's form comes without the cookies, which are SameSite=Lax; the redirection that follows has them.
    if (request.method === 'POST' && asked.id_token_hint === '')
      return reply.redirect(`${path}?${new URLSearchParams(asked)}`, 303);
    return go(request, reply, asked, false);
  }

  async function confirm(request: FastifyRequest, reply: FastifyReply) {
    const given = parametersOf(request);
    const asked = readParameters(given, names);
    const browser = await browserSessions.find(request.headers.cookie);
    if (!asked || !isOwnForm(request, origin)) return refuse(request, reply, 'foreign_form', browser);
    if (browser && !browser.isFormToken(given.get('token') ?? ''))
      return refuse(request, reply, 'foreign_form', browser);
    return go(request, reply, { ...asked, id_token_hint: '' }, true, browser);
  }

  async function go(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Parameters,
    confirmed: boolean,
    known?: BrowserSession,
  ) {
    const browser = known ?? (await browserSessions.find(request.headers.cookie));
    const loggedOut = await logOut({
      idTokenHint: asked.id_token_hint,
      clientId: asked.client_id,
      returnTo: asked.post_logout_redirect_uri,
      state: asked.state,
      browser,
      confirmed,
    });
    switch (loggedOut.step) {
      case 'refuse':
        request.log.info({ refusal: loggedOut.refusal, client: loggedOut.application?.clientId }, 'refused');
        return refuse(request, reply, loggedOut.refusal, browser);
      case 'confirm': {
        const { id_token_hint: _none, ...fields } = asked;
        const { application } = loggedOut;
        const url = application ? wayBackTo(application) : '';
        const back = application && url !== '' ? { url, name: application.name } : undefined;
        const form = { action: `${path}/logout-confirm`, token: browser?.formToken ?? '', fields };
        return sendPage(reply, 200, confirmLogoutPage({ ...form, back }));
      }
      case 'leave':
        return leave(request, reply, loggedOut, browser);
    }
  }

  function leave(
    request: FastifyRequest,
    reply: FastifyReply,
    left: Extract<LoggedOut, { step: 'leave' }>,
    browser: BrowserSession | undefined,
  ) {
    if (left.browser === 'ended') reply.header('set-cookie', [...browserSessions.forgetting]);
    const { next, frames } = left;
    if (next === undefined) return refuse(request, reply, 'closed_return_unregistered', browser, frames);
    if (next !== '' && frames.length === 0)
      return reply.header('cache-control', 'no-store').redirect(next, 303);
    const page =
      next === ''
        ? sessionClosedPage({ frames, another: left.browser === 'another' ? path : undefined })
        : leavingPage({ frames, next, application: left.application?.name ?? '' });
    return sendPage(reply, 200, page);
  }

  /** A page for a person, who may close their session all the same; an OAuth error for a program. */
  function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    trouble: LogoutTrouble,
    browser: BrowserSession | undefined,
    frames: readonly string[] = [],
  ) {
    const words = logoutTroubles[trouble];
    const { status, error, description } = words;
    if (request.headers.accept?.includes('text/html'))
      return sendPage(reply, status, troublePage({ words, logoutUrl: browser && path, frames }));
    const answer = { error, error_description: description };
    return reply.code(status).header('cache-control', 'no-store').send(answer);
  }

  function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(request, reply, 'malformed', undefined);
    request.log.error({ err: error }, 'a session could not be closed');
    return refuse(request, reply, error instanceof Unavailable ? 'unavailable' : 'unexpected', undefined);
  }
}
