import { randomBytes } from 'node:crypto';
import fastifyCookie from '@fastify/cookie';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Config } from './config.ts';
import { type Failure, failureOf, unknownLogin } from './failures.ts';
import { createMemory } from './memory.ts';
import { failurePage, lostPage, sessionPage, stylesheet, welcomePage } from './pages.ts';
import type { Login, Provider, Session } from './provider.ts';

const COOKIE = 'demo';
/** Long enough to find one's phone. */
const LOGIN_LIFETIME_MS = 15 * 60_000;
const SESSION_LIFETIME_MS = 60 * 60_000;
const REMEMBERED = 1_000;

/** An application that knows its user by Pro Santé Connect only. Sessions live in this process and end with it. */
export function createApp(needs: {
  config: Config;
  provider: Provider;
  clock: () => number;
}): FastifyInstance {
  const { config, provider, clock } = needs;
  const sessions = createMemory<Session>({ limit: REMEMBERED, lifetimeMs: SESSION_LIFETIME_MS, clock });
  /** By `state`; several at once, since a person may have several tabs. */
  const logins = createMemory<Login & { browser: string }>({
    limit: REMEMBERED,
    lifetimeMs: LOGIN_LIFETIME_MS,
    clock,
  });
  const app = fastify({ bodyLimit: 16_384 });
  void app.register(fastifyCookie);
  // The only form has no field: its body is not read.
  app.addContentTypeParser('application/x-www-form-urlencoded', (_request, body, done) => {
    body.resume();
    done(null);
  });

  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${config.issuer.origin}`,
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  const giveCookie = (reply: FastifyReply): string => {
    const id = randomBytes(32).toString('base64url');
    const secure = config.baseUrl.protocol === 'https:';
    reply.setCookie(COOKIE, id, { path: '/', httpOnly: true, sameSite: 'lax', secure });
    return id;
  };
  const cookieOf = (request: FastifyRequest): string => request.cookies[COOKIE] ?? '';
  const fail = (reply: FastifyReply, failure: Failure) =>
    send(reply.code(failure.status), failurePage(failure));

  app.get('/', (request, reply) => {
    const session = sessions.find(cookieOf(request));
    return send(reply, session ? sessionPage(session) : welcomePage());
  });

  app.get<{ Querystring: { login_hint?: unknown } }>('/login', async (request, reply) => {
    const hint = request.query.login_hint;
    const { url, login } = await provider.beginLogin(typeof hint === 'string' ? hint : undefined);
    const browser = cookieOf(request) || giveCookie(reply);
    logins.remember(login.state, { ...login, browser });
    return reply.redirect(url.href, 303);
  });

  app.get<{ Querystring: { state?: unknown } }>('/callback', async (request, reply) => {
    const login = logins.take(String(request.query.state));
    // Without this, an attacker could make this browser finish their login, and read what its user then writes.
    if (!login || login.browser !== cookieOf(request)) return fail(reply, unknownLogin);
    const session = await provider.finishLogin(login, new URL(request.url, config.baseUrl));
    // A new name for the session: one that was planted before the login is worth nothing.
    sessions.remember(giveCookie(reply), session);
    return reply.redirect('/', 303);
  });

  app.post('/logout', async (request, reply) => {
    const session = sessions.take(cookieOf(request));
    reply.clearCookie(COOKIE, { path: '/' });
    const url = session && (await provider.logoutUrl(session));
    return reply.redirect(url ? url.href : '/', 303);
  });

  app.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(stylesheet));

  app.setNotFoundHandler((_request, reply) => send(reply.code(404), lostPage()));
  app.setErrorHandler((error, _request, reply) => fail(reply, failureOf(error)));
  return app;
}

function send(reply: FastifyReply, page: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(page);
}
