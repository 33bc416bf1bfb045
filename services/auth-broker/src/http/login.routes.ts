import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import { isApprovalId } from '@psc/approvals';
import { type Clock, Unavailable, withRppsPrefix } from '@psc/kernel';
import { isOwnForm } from '@psc/runtime';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { LoginStep } from '#src/domain/login-step.ts';
import type { CancelLogin } from '#src/use-cases/cancel-login.ts';
import type { Notified } from '#src/use-cases/challenge-phone.ts';
import type { ContinueLogin } from '#src/use-cases/continue-login.ts';
import type { FindLoginStep } from '#src/use-cases/find-login-step.ts';
import type { IdentifyProfessional } from '#src/use-cases/identify-professional.ts';
import type { Browser, Browsers } from './browser.ts';
import type { LoginStreams } from './login-streams.ts';
import { endingPage } from './pages/ending.ts';
import { type FieldError, identifyPage } from './pages/identify.ts';
import { waitingPage } from './pages/waiting.ts';
import { identifierSentences, identifyUnavailable, type PageRefusal, pageRefusals } from './refusals.ts';
import { forbidKeeping, sendPage } from './send-page.ts';

export interface LoginRoutesNeeds {
  readonly findLoginStep: FindLoginStep;
  readonly continueLogin: ContinueLogin;
  readonly identifyProfessional: IdentifyProfessional;
  readonly cancelLogin: CancelLogin;
  readonly streams: LoginStreams;
  readonly browsers: Browsers;
  readonly walletOrigin: string;
  readonly clock: Clock;
}

const paramsSchema = z.object({ id: z.string().refine(isApprovalId) });
/** A form tampered with (a field twice, or missing) is a form left empty. */
const identifySchema = z.object({ identifier: z.string().catch('') }).catch({ identifier: '' });
const cancelSchema = z.object({ next: z.literal('retry').optional() }).catch({});

/** The browser's journey. Every page is drawn from the approval's state, so that reloading or going back is harmless. */
export function loginRoutes(needs: LoginRoutesNeeds) {
  const { browsers, clock } = needs;

  return async (app: FastifyInstance): Promise<void> => {
    await app.register(cookie);
    await app.register(formbody);
    app.addHook('onRequest', forbidKeeping);
    app.setErrorHandler(answerError);

    // HEAD would challenge the professional without a page to show the number on.
    app.get('/login/:id', { exposeHeadRoute: false }, show);
    app.post('/login/:id/identify', { preHandler: ownForm }, identify);
    app.post('/login/:id/cancel', { preHandler: ownForm }, cancel);
    app.get('/login/:id/events', { exposeHeadRoute: false }, follow);
  };

  async function show(request: FastifyRequest, reply: FastifyReply) {
    const id = approvalIdOf(request);
    if (id === undefined) return refuse(reply, 'unknown_login');
    const browser = browsers.find(request) ?? browsers.meet(reply);
    const { step, notified } = await needs.continueLogin({ approvalId: id, browser: browser.binding(id) });
    const told = z.object({ notified: z.literal('no') }).safeParse(request.query).success
      ? 'failed'
      : notified;
    return showStep(reply, step, browser, told);
  }

  async function identify(request: FastifyRequest, reply: FastifyReply) {
    const id = approvalIdOf(request);
    if (id === undefined) return refuse(reply, 'unknown_login');
    const browser = browsers.find(request);
    if (!browser) return refuse(reply, 'cookies_refused', { id });
    const typed = identifySchema.parse(request.body).identifier.slice(0, 256);
    const asked = { approvalId: id, browser: browser.binding(id) };
    try {
      const identified = await needs.identifyProfessional({ ...asked, typed });
      if (identified.result === 'moved')
        return reply.redirect(
          identified.notified === 'failed' ? `${pathOf(id)}?notified=no` : pathOf(id),
          303,
        );
      const sentence = identifierSentences[identified.refusal];
      const correction =
        identified.refusal === 'identifier_without_prefix' ? { correction: withRppsPrefix(typed) } : {};
      return askAgain(reply, 422, identified.step, typed, { sentence, ...correction });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      request.log.error({ err: error }, 'a professional could not be identified');
      const step = await needs.findLoginStep(asked);
      if (step.name !== 'identify') return reply.redirect(pathOf(id), 303);
      return askAgain(reply.header('retry-after', '5'), 503, step, typed, { sentence: identifyUnavailable });
    }
  }

  async function cancel(request: FastifyRequest, reply: FastifyReply) {
    const id = approvalIdOf(request);
    if (id === undefined) return refuse(reply, 'unknown_login');
    const browser = browsers.find(request);
    if (!browser) return refuse(reply, 'cookies_refused', { id });
    const cancelled = await needs.cancelLogin({ approvalId: id, browser: browser.binding(id) });
    if (!cancelled.ok) return reply.redirect(pathOf(id), 303);
    const retry = cancelSchema.parse(request.body ?? {}).next === 'retry';
    return reply.redirect(retry ? cancelled.value : cancelUrl(cancelled.value), 303);
  }

  async function follow(request: FastifyRequest, reply: FastifyReply) {
    const id = approvalIdOf(request);
    const browser = browsers.find(request);
    if (id === undefined || !browser) return reply.code(403).send();
    const step = await needs.findLoginStep({ approvalId: id, browser: browser.binding(id) });
    if (step.name === 'end' && !step.approval) return reply.code(403).send();
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const stream = needs.streams.open(id, gone.signal);
    if (!stream) return reply.code(503).send();
    return (
      reply
        .type('text/event-stream')
        // Proxies would otherwise gather the events before they let them through.
        .header('x-accel-buffering', 'no')
        // Kept alive after the stream, the connection would hold back a process that stops.
        .header('connection', 'close')
        .send(stream)
    );
  }

  function showStep(reply: FastifyReply, step: LoginStep, browser: Browser, notified: Notified) {
    switch (step.name) {
      case 'identify':
        return askAgain(reply, 200, step, step.approval.request.loginHint);
      case 'wait': {
        const { id, request, challenge, expiresAt } = step.approval;
        const page = waitingPage({
          approvalId: id,
          application: request.clientName,
          number: challenge.number,
          remainingMs: Math.max(0, expiresAt - clock()),
          notified: notified === 'told',
        });
        return sendPage(reply, 200, page);
      }
      case 'return': {
        const url = new URL(step.approval.request.returnTo);
        url.searchParams.set('code', browser.returnCode(step.approval.id));
        return reply.redirect(url.href, 303);
      }
      case 'end':
        return refuse(reply, step.ending, step.approval ? fromApproval(step.approval.request) : {});
    }
  }

  function ownForm(request: FastifyRequest, reply: FastifyReply, done: () => void) {
    if (isOwnForm(request, needs.walletOrigin)) done();
    else refuse(reply, 'foreign_form');
  }
}

function askAgain(
  reply: FastifyReply,
  status: number,
  { approval }: Extract<LoginStep, { name: 'identify' }>,
  typed: string,
  error?: FieldError,
) {
  const view = { approvalId: approval.id, application: approval.request.clientName, typed };
  return sendPage(reply, status, identifyPage({ ...view, ...(error ? { error } : {}) }));
}

function refuse(
  reply: FastifyReply,
  refusal: PageRefusal,
  login: { id?: string; retryAt?: string; backTo?: { url: string; application: string } } = {},
) {
  const { status, title, sentence, offers } = pageRefusals[refusal];
  const retryAt = login.retryAt ?? (login.id === undefined ? undefined : pathOf(login.id));
  return sendPage(
    reply,
    status,
    endingPage({
      title,
      sentence,
      ...(offers.includes('retry') && retryAt !== undefined ? { retryAt } : {}),
      ...(offers.includes('application') && login.backTo ? { backTo: login.backTo } : {}),
    }),
  );
}

function fromApproval({ returnTo, clientName }: { returnTo: string; clientName: string }) {
  return { retryAt: returnTo, backTo: { url: cancelUrl(returnTo), application: clientName } };
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500;
  if (status < 500) return refuse(reply, 'foreign_form');
  const id = approvalIdOf(request);
  request.log.error(
    { err: error },
    error instanceof Unavailable ? 'a dependency did not answer' : 'unexpected',
  );
  return refuse(reply.header('retry-after', '5'), 'temporarily_unavailable', id === undefined ? {} : { id });
}

function approvalIdOf(request: FastifyRequest): string | undefined {
  return paramsSchema.safeParse(request.params).data?.id;
}

function pathOf(id: string): string {
  return `/login/${id}`;
}

function cancelUrl(returnTo: string): string {
  const url = new URL(returnTo);
  url.searchParams.set('cancel', '1');
  return url.href;
}
