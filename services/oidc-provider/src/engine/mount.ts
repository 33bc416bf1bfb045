import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { documentReading, mountPreflights } from './cors.ts';
import { discoveryDocument } from './discovery.ts';
import { endpoints, mountPathOf } from './endpoints.ts';
import type { PostedRequests } from './posted-requests.ts';
import { rememberRequester } from './requester.ts';
import { tolerateAuthorizationUrl, tolerateTokenRequest } from './tolerances.ts';
import { unread } from './unread.ts';
import type { WorkingApplications } from './working-applications.ts';

export interface Mounted {
  /** The library's own request handler, of the moment. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** What stands in front of the library, in this order: the first that answers ends it. */
  readonly fronts: readonly Front[];
  /** The key set of the moment, serialised. */
  keySet(): string;
  readonly postedRequests: PostedRequests;
  readonly applications: WorkingApplications;
}

/** A request for the library, before the library sees it. */
export interface EngineCall {
  /** The request itself, by which what is learnt of it here is found again once the library has it. */
  readonly request: IncomingMessage;
  /** Below the issuer: one of `endpoints`. */
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** The caller's address, as far as trusted proxies tell it. */
  readonly ip: string;
  /** As it was sent, '' without one. */
  readonly body: string;
  readonly reply: FastifyReply;
}

/** Answers a request itself, or lets it through. */
export type Front = (call: EngineCall) => Promise<'answered' | 'through'>;

type Method = 'GET' | 'POST';

/** The library's endpoints, each a route of ours, so that metrics and traces tell them apart. */
const routes: readonly (readonly [path: string, ...methods: Method[]])[] = [
  [endpoints.authorization, 'GET'],
  [`${endpoints.authorization}/:uid`, 'GET'],
  [endpoints.token, 'POST'],
  [endpoints.userinfo, 'GET', 'POST'],
  [`${endpoints.end_session}/confirm`, 'POST'],
  [endpoints.introspection, 'POST'],
  [endpoints.revocation, 'POST'],
  [endpoints.pushed_authorization_request, 'POST'],
  [endpoints.backchannel_authentication, 'POST'],
  [endpoints.device_authorization, 'POST'],
  [endpoints.code_verification, 'GET', 'POST'],
  [`${endpoints.code_verification}/:uid`, 'GET'],
];

/** Bytes, the library's own limit. */
const LONGEST_BODY = 56 * 1024;

/** Bytes: what is pushed is kept, and a public application proves nothing. */
const LONGEST_PUSHED = 16 * 1024;

/**
 * Mounts the engine below the issuer's path, in a plugin of its own: bodies are read as text, and left to the library.
 */
export function mountEngine(
  app: FastifyInstance,
  settings: {
    readonly issuer: string;
    readonly walletUrl: string;
    readonly mtlsUrl?: string | undefined;
    /** How long applications may cache discovery and the key set: a new key is published for longer before it signs. */
    readonly documentsMaxAgeSeconds: number;
  },
  mounted: Mounted,
): void {
  const { issuer, walletUrl, mtlsUrl } = settings;
  const { host, protocol } = new URL(issuer);
  const prefix = mountPathOf(issuer);

  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LONGEST_BODY }, (_request, body, done) =>
      done(null, body),
    );

    for (const [path, ...methods] of routes) {
      scope.route({
        method: methods,
        url: prefix + path,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const { raw } = request;
          const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const body = sent.toString();
          const { ip, method, headers } = request;
          if (path === endpoints.pushed_authorization_request && sent.length > LONGEST_PUSHED)
            return reply.code(413).send({
              error: 'invalid_request',
              error_description: `a pushed request has at most ${LONGEST_PUSHED} bytes`,
            });
          for (const front of mounted.fronts) {
            const answer = await front({ request: raw, path, method, headers, ip, body, reply });
            if (answer === 'answered') return reply;
          }
          const { 'user-agent': userAgent = '', origin = '' } = headers;
          rememberRequester(raw, { ip, userAgent, origin });
          claimOrigin(raw);
          const url =
            path === endpoints.authorization ? await authorizationUrl(request.url, reply) : request.url;
          if (url === undefined) return reply;
          raw.url = url.slice(prefix.length);
          // The library finds the path it is mounted on by comparing the two.
          Object.assign(raw, { originalUrl: url });
          unread(raw, path === endpoints.token ? tolerateTokenRequest(sent, body) : sent);
          reply.hijack();
          mounted.handle(raw, reply.raw);
        },
      });
    }

    const documents: readonly (readonly [path: string, document: () => string])[] = [
      [`${prefix}/.well-known/openid-configuration`, () => standard],
      [`${prefix}/.well-known/wallet-openid-configuration`, () => wallet],
      // RFC 8414 puts the well-known part in front of the issuer's path; older clients put it behind.
      [`/.well-known/oauth-authorization-server${prefix}`, () => standard],
      [`${prefix}/.well-known/oauth-authorization-server`, () => standard],
      [prefix + endpoints.jwks, () => mounted.keySet()],
    ];
    const standard = JSON.stringify(discoveryDocument(issuer, undefined, mtlsUrl));
    const wallet = JSON.stringify(discoveryDocument(issuer, `${walletUrl}/auth`, mtlsUrl));
    for (const [path, document] of documents) {
      scope.get(path, (request, reply) =>
        reply
          .type('application/json')
          .header('cache-control', `public, max-age=${settings.documentsMaxAgeSeconds}`)
          .headers(documentReading(mounted.applications, request.headers.origin))
          .send(document()),
      );
    }
    const addresses = documents.map(([path]) => path);
    mountPreflights(scope, mounted.applications, prefix, addresses);
  });

  mounted.postedRequests.mount(app);

  async function authorizationUrl(url: string, reply: FastifyReply): Promise<string | undefined> {
    const address = await mounted.postedRequests.addressOf(url, reply);
    return address && tolerateAuthorizationUrl(address);
  }

  /**
   * The issuer alone says where we are. The library would believe these headers, and a forged one would send browsers and
   * applications elsewhere. A stray `Origin` of a server would have it refuse the request.
   */
  function claimOrigin(request: IncomingMessage): void {
    request.headers.host = host;
    request.headers['x-forwarded-host'] = host;
    request.headers['x-forwarded-proto'] = protocol.replace(':', '');
    delete request.headers['x-forwarded-for'];
    delete request.headers.forwarded;
    delete request.headers.origin;
  }
}
