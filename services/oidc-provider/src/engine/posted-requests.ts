import { randomBytes } from 'node:crypto';
import { Unavailable } from '@psc/kernel';
import { renderPage } from '@psc/pages';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { endpoints, mountPathOf } from './endpoints.ts';
import type { Front } from './mount.ts';
import { errorPage, type Trouble } from './pages/error-page.ts';
import type { EngineStore } from './store.ts';

/** Bytes, or characters of an address. What is asked is kept for as long as its login page waits, whoever asks. */
const LONGEST = 8 * 1024;

/** Seconds: a page that is opened again finds its request, as long as a login page waits. */
const KEPT = 600;

const MODEL = 'PostedRequest';
const ADDRESS = /\?posted=([\w-]{43})$/;

export interface PostedRequests {
  /** POST to the authorization endpoint (OpenID Connect Core §3.1.2.1). */
  mount(app: FastifyInstance): void;
  /** The address to authorize by: of what was posted, or the same. Undefined when that is no longer kept; it was answered. */
  addressOf(url: string, reply: FastifyReply): Promise<string | undefined>;
}

/**
 * A posted authorization request is kept, and the browser sent to an address that names it and holds nothing of it: an
 * application posts what should not stand in an address, a `login_hint` for instance. It has to be sent on: the cookies of a
 * session are SameSite=Lax, so that another site's form comes without them, and the redirection that follows with them.
 * Not a pushed request (RFC 9126), though it looks like one: those come from an application that proved who it is.
 */
export function createPostedRequests(
  store: Pick<EngineStore, 'adapterFor'>,
  issuer: string,
  fronts: readonly Front[],
): PostedRequests {
  const records = store.adapterFor(MODEL);

  return {
    mount(app) {
      void app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser(
          'application/x-www-form-urlencoded',
          { parseAs: 'string', bodyLimit: LONGEST },
          (_request, body, done) => done(null, body),
        );
        scope.post<{ Body: string | undefined }>(
          mountPathOf(issuer) + endpoints.authorization,
          async (request, reply) => {
            const { raw, method, headers, ip } = request;
            const call = {
              request: raw,
              path: endpoints.authorization,
              method,
              headers,
              ip,
              body: '',
              reply,
            };
            for (const front of fronts) if ((await front(call)) === 'answered') return reply;
            const id = randomBytes(32).toString('base64url');
            try {
              await records.upsert(id, { form: String(new URLSearchParams(request.body)) }, KEPT);
            } catch (error) {
              return showTrouble(reply, error);
            }
            return reply.redirect(`${issuer}${endpoints.authorization}?posted=${id}`, 303);
          },
        );
      });
    },

    async addressOf(url, reply) {
      const [, id] = ADDRESS.exec(url) ?? [];
      if (id === undefined && url.length > LONGEST) {
        show(reply, 414, 'request_refused');
        return undefined;
      }
      if (id === undefined) return url;
      try {
        const kept = await records.find(id);
        if (kept) return `${url.slice(0, url.indexOf('?'))}?${kept.form}`;
        show(reply, 400, 'login_over');
      } catch (error) {
        showTrouble(reply, error);
      }
      return undefined;
    },
  };
}

function showTrouble(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof Unavailable)) throw error;
  reply.log.error({ err: error }, 'a posted request was not kept, or not found again');
  return show(reply, 503, 'unavailable');
}

function show(reply: FastifyReply, status: number, trouble: Trouble): FastifyReply {
  const { body, headers } = renderPage(errorPage({ trouble, ...(status === 503 ? { retry: '' } : {}) }));
  return reply.code(status).headers(headers).send(body);
}
