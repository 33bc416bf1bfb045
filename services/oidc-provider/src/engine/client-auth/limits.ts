import type { IncomingMessage } from 'node:http';
import { Unavailable } from '@psc/kernel';
import { renderPage } from '@psc/pages';
import type { FastifyReply } from 'fastify';
import { endpoints } from '#src/engine/endpoints.ts';
import type { EngineCall, Front } from '#src/engine/mount.ts';
import { errorPage } from '#src/engine/pages/error-page.ts';
import type { Admission, Caller, CallerLimits, LimitRefusal } from '#src/use-cases/limit-callers.ts';
import { authenticatedEndpoints, claimedClientId } from './credentials.ts';

/** A request in which an application must prove who it is, that was let through. */
export interface AdmittedCall {
  readonly caller: Caller;
  readonly hasFailed: boolean;
}

const admittedCalls = new WeakMap<IncomingMessage, AdmittedCall>();

export function admittedCall(request: IncomingMessage): AdmittedCall | undefined {
  return admittedCalls.get(request);
}

const explanations: Readonly<Record<LimitRefusal, string>> = {
  application_locked_out: 'too many failed authentications of this client from this address',
  address_locked_out: 'too many failed authentications from this address',
  application_too_frequent: 'too many requests of this client',
  address_too_frequent: 'too many requests from this address',
};

/**
 * Refuses callers beyond their limits: 429 with `Retry-After`. When the counters do not answer, 503: the codes and the tokens
 * are at the same place, and without its limits the service would be one to try secrets at.
 */
export function createLimitsFront(needs: {
  readonly limits: CallerLimits;
  readonly onRefused: (refusal: LimitRefusal) => void;
}): Front {
  const { limits, onRefused } = needs;

  async function admit(call: EngineCall, ask: () => Promise<Admission>): Promise<Admission | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      call.reply.log.error({ err: error }, 'the limits could not be asked');
      return undefined;
    }
  }

  return async (call) => {
    const { request, path, ip, reply } = call;
    if (path === endpoints.authorization) {
      const admission = await admit(call, () => limits.admitBrowser(ip));
      if (admission?.ok) return 'through';
      if (admission) onRefused(admission.refusal);
      return showPage(reply, admission);
    }
    if (!authenticatedEndpoints.has(path)) return 'through';
    // Nothing is proved here, and what is pushed is kept: as a login, it is counted among those of its address.
    if (path === endpoints.pushed_authorization_request && !holdsProof(call)) {
      const pushing = await admit(call, () => limits.admitBrowser(ip));
      if (pushing && !pushing.ok) onRefused(pushing.refusal);
      if (!pushing?.ok) return answerJson(reply, pushing);
    }
    const caller = { clientId: claimedClientId(call.headers, call.body), address: ip };
    const admission = await admit(call, () => limits.admitApplication(caller));
    if (admission?.ok) {
      admittedCalls.set(request, { caller, hasFailed: admission.value.hasFailed });
      return 'through';
    }
    if (admission) onRefused(admission.refusal);
    return answerJson(reply, admission);
  };
}

/** A secret or an assertion, right or wrong: an application that is public, or has a certificate, sends none. */
function holdsProof({ headers, body }: EngineCall): boolean {
  return headers.authorization !== undefined || /(^|&)client_(secret|assertion)=/.test(body);
}

type Refusal = Exclude<Admission, { ok: true }>;

function retryAfterSeconds(refusal: Refusal | undefined): number {
  return refusal ? Math.max(1, Math.ceil(refusal.retryAfterMs / 1000)) : 2;
}

function answerJson(reply: FastifyReply, refusal: Refusal | undefined): 'answered' {
  const seconds = retryAfterSeconds(refusal);
  const what = refusal ? explanations[refusal.refusal] : 'a dependency did not answer';
  void reply
    .code(refusal ? 429 : 503)
    .headers({ 'retry-after': seconds, 'cache-control': 'no-store', pragma: 'no-cache' })
    // No code of RFC 6749 says "later"; this one of its authorization endpoint does.
    .send({ error: 'temporarily_unavailable', error_description: `${what}; try again in ${seconds} s` });
  return 'answered';
}

function showPage(reply: FastifyReply, refusal: Refusal | undefined): 'answered' {
  const trouble = refusal ? 'too_frequent' : 'unavailable';
  const { headers, body } = renderPage(errorPage({ trouble, retry: '' }));
  void reply
    .code(refusal ? 429 : 503)
    .headers({ ...headers, 'retry-after': retryAfterSeconds(refusal) })
    .send(body);
  return 'answered';
}
