import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The browser a login belongs to, by a secret in its cookie. For each login, the secret gives a return code that goes
 * back to oidc-provider, and the binding (its digest) that the approval carries: a login begun in one browser cannot be
 * finished in another (login fixation), and one code says nothing of the next.
 */
export interface Browser {
  returnCode(approvalId: string): string;
  binding(approvalId: string): string;
}

export interface Browsers {
  /** Undefined when the browser sent no cookie of ours. */
  find(request: FastifyRequest): Browser | undefined;
  /** Gives the browser a cookie. */
  meet(reply: FastifyReply): Browser;
}

/** `__Host-` keeps a neighbouring subdomain from planting a cookie it knows; it needs https. */
export function createBrowsers(walletUrl: string): Browsers {
  const secure = new URL(walletUrl).protocol === 'https:';
  const name = secure ? '__Host-psc_login' : 'psc_login';

  return {
    find(request) {
      const secret = request.cookies[name];
      return secret !== undefined && /^[\w-]{43}$/.test(secret) ? browserOf(secret) : undefined;
    },
    meet(reply) {
      const secret = randomBytes(32).toString('base64url');
      reply.setCookie(name, secret, { path: '/', httpOnly: true, sameSite: 'lax', secure });
      return browserOf(secret);
    },
  };
}

function browserOf(secret: string): Browser {
  const returnCode = (approvalId: string) =>
    createHmac('sha256', secret).update(`return:${approvalId}`).digest('base64url');
  return {
    returnCode,
    binding: (approvalId) => createHash('sha256').update(returnCode(approvalId)).digest('base64url'),
  };
}
