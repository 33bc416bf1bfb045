import { createHash } from 'node:crypto';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { type Clock, Unavailable } from '@psc/kernel';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Gate, Refusal } from '../access/gate.ts';
import type { Directory, Position } from '../directory/directory.ts';
import { type ResourceType, resourceTypes } from '../resources/canonicals.ts';
import { capabilityStatement } from '../resources/capability.ts';
import { type Issue, type IssueCode, outcomeOf } from '../resources/outcome.ts';
import { subsetOf } from '../resources/subset.ts';
import type { AnyResource } from '../search/parameters.ts';
import { type Handling, isTotalAsked, type Pair, parseSearch, type Search } from '../search/parse-search.ts';
import { acceptsJson, FHIR_JSON, handlingOf, matchesTag, pairsOf } from './negotiate.ts';
import type { PageLinks } from './page-links.ts';

const FHIR_PATH = '/fhir/v2';

/** FHIR R4 for whoever has a key: every answer is a resource, those of errors too. */
export function fhirRoutes(needs: {
  readonly directory: Directory;
  readonly gate: Gate;
  readonly pageLinks: PageLinks;
  /** Where this server is for its callers, without a slash at the end. */
  readonly base: string;
  readonly clock: Clock;
}) {
  const { directory, gate, pageLinks, base, clock } = needs;
  const statement = capabilityStatement(base);
  /** Whose key each request came with. */
  const holders = new WeakMap<FastifyRequest, string>();
  const holderOf = (request: FastifyRequest) => holders.get(request) ?? '';

  return async (root: FastifyInstance): Promise<void> => {
    await root.register(
      async (app) => {
        // A form, and nothing else: what FHIR posts to _search.
        app.removeAllContentTypeParsers();
        app.addContentTypeParser(
          'application/x-www-form-urlencoded',
          { parseAs: 'string' },
          (_request, body, done) => done(null, body),
        );
        app.setErrorHandler(answerError);
        app.setNotFoundHandler(answerUnknown);
        app.addHook('onRequest', passGate);
        app.addHook('onRequest', negotiate);

        app.get('/metadata', (_request, reply) => send(reply, statement));
        app.get('/_page', sendPage);
        for (const type of resourceTypes) {
          app.get(`/${type}`, (request, reply) => answerSearch(request, reply, type, queryOf(request)));
          app.get(`/${type}/_search`, answerUnknown);
          app.post(`/${type}/_search`, (request, reply) =>
            answerSearch(request, reply, type, [...queryOf(request), ...formOf(request)]),
          );
          app.get<{ Params: { id: string } }>(`/${type}/:id`, (request, reply) =>
            sendResource(request, reply, type, request.params.id),
          );
        }
      },
      { prefix: FHIR_PATH },
    );
  };

  async function passGate(request: FastifyRequest, reply: FastifyReply) {
    // What the server can do is no secret, and a client asks for it first.
    if (request.routeOptions.url === `${FHIR_PATH}/metadata`) return;
    const key = request.headers['esante-api-key'];
    const answer = await gate({ key: Array.isArray(key) ? key[0] : key, address: request.ip });
    if ('code' in answer) return sendRefusal(reply, answer);
    holders.set(request, answer.holder);
  }

  async function negotiate(request: FastifyRequest, reply: FastifyReply) {
    if (!acceptsJson(request.headers.accept, queryOf(request)))
      return sendIssue(reply, 406, 'not-supported', 'this server answers application/fhir+json');
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity')
      return sendIssue(reply, 415, 'not-supported', 'this server reads no compressed body');
  }

  async function answerSearch(
    request: FastifyRequest,
    reply: FastifyReply,
    type: ResourceType,
    pairs: readonly Pair[],
  ) {
    if (!acceptsJson(undefined, pairs))
      return sendIssue(reply, 406, 'not-supported', 'this server answers application/fhir+json');
    const parsed = parseSearch(type, pairs, handlingOf(request.headers.prefer));
    if (!parsed.ok) return send(reply.code(400), outcomeOf(parsed.issues));
    const { search } = parsed;
    const query = new URLSearchParams(
      search.understood.map(([name, value]): [string, string] => [name, value]),
    ).toString();
    const self = `${base}/${type}${query === '' ? '' : `?${query}`}`;
    return send(reply, await bundleOf(search, undefined, self, holderOf(request)));
  }

  async function sendPage(request: FastifyRequest, reply: FastifyReply) {
    const id = queryOf(request).find(([name]) => name === 'id')?.[1] ?? '';
    const link = pageLinks.open(id, holderOf(request));
    if (link === undefined)
      return sendIssue(reply, 404, 'not-found', 'no such page: links are followed, not made');
    if (link === 'expired') return sendIssue(reply, 410, 'not-found', 'this link is too old: search again');
    const handling: Handling = 'lenient';
    const parsed = parseSearch(link.type, link.understood, handling);
    if (!parsed.ok) return send(reply.code(400), outcomeOf(parsed.issues));
    return send(
      reply,
      await bundleOf(parsed.search, link.from, `${base}/_page?id=${encodeURIComponent(id)}`, link.holder),
    );
  }

  async function bundleOf(
    search: Search<ResourceType>,
    from: Position | undefined,
    self: string,
    holder: string,
  ): Promise<Bundle> {
    const { found, next, total } = await directory.search(search, from);
    const included = await directory.include(search, found);
    const issues: Issue[] = [...search.warnings];
    if (included.incomplete)
      issues.push({
        severity: 'warning',
        code: 'incomplete',
        diagnostics: 'more is included than one answer holds',
      });
    if (from === undefined && total === undefined && isTotalAsked(search))
      issues.push({
        severity: 'information',
        code: 'too-costly',
        diagnostics: 'the total is too long to count: follow the pages, or ask for _total=estimate',
      });
    const { type, understood } = search;
    const nextLink =
      next &&
      `${base}/_page?id=${encodeURIComponent(pageLinks.seal({ holder, type, understood, from: next }))}`;
    return {
      resourceType: 'Bundle',
      meta: { lastUpdated: new Date(clock()).toISOString() },
      type: 'searchset',
      ...(total === undefined ? {} : { total }),
      link: [
        { relation: 'self', url: self },
        ...(nextLink === undefined ? [] : [{ relation: 'next', url: nextLink }]),
      ],
      ...entries([
        ...found.map((resource) => entryOf(subsetOf<AnyResource>(resource, search.elements), 'match')),
        ...included.resources.map((resource) => entryOf(resource, 'include')),
        ...(issues.length > 0 ? [{ resource: outcomeOf(issues), search: { mode: 'outcome' as const } }] : []),
      ]),
    };
  }

  function entryOf(resource: AnyResource, mode: 'match' | 'include'): BundleEntry {
    return { fullUrl: `${base}/${resource.resourceType}/${resource.id}`, resource, search: { mode } };
  }

  async function sendResource(request: FastifyRequest, reply: FastifyReply, type: ResourceType, id: string) {
    const read = await directory.read(type, id);
    if (read === undefined) return sendIssue(reply, 404, 'not-found', `no such ${type}`);
    if (read === 'gone')
      return sendIssue(reply, 410, 'deleted', `this ${type} was deleted more than a month ago`);
    const body = JSON.stringify(read);
    const tag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const updatedAt = new Date(read.meta?.lastUpdated ?? clock());
    void reply.headers({
      etag: tag,
      'last-modified': updatedAt.toUTCString(),
      'cache-control': 'private, no-cache',
    });
    if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
    return reply.type(FHIR_JSON).send(body);
  }

  /** Nothing here, or not by this method. */
  async function answerUnknown(request: FastifyRequest, reply: FastifyReply) {
    const allowed = methodsOf(pathOf(request));
    if (allowed !== undefined)
      return sendIssue(reply.header('allow', allowed), 405, 'not-supported', `allowed here: ${allowed}`);
    return sendIssue(reply, 404, 'not-found', `this server knows ${resourceTypes.join(', ')} and metadata`);
  }
}

function entries(entry: BundleEntry[]): { readonly entry?: BundleEntry[] } {
  return entry.length === 0 ? {} : { entry };
}

function pathOf({ url }: FastifyRequest): string {
  return (url.split('?')[0] ?? '').slice(FHIR_PATH.length);
}

function methodsOf(path: string): string | undefined {
  if (path === '/metadata' || path === '/_page') return 'GET, HEAD';
  const [, type, id, ...more] = path.split('/');
  if (more.length > 0 || !resourceTypes.some((known) => known === type)) return undefined;
  return id === '_search' ? 'POST' : 'GET, HEAD';
}

function queryOf({ url }: FastifyRequest): Pair[] {
  const at = url.indexOf('?');
  return at < 0 ? [] : pairsOf(url.slice(at + 1));
}

function formOf({ body }: FastifyRequest): Pair[] {
  return typeof body === 'string' ? pairsOf(body) : [];
}

function send(reply: FastifyReply, resource: object) {
  return reply.header('cache-control', 'no-store').type(FHIR_JSON).send(JSON.stringify(resource));
}

function sendIssue(reply: FastifyReply, status: number, code: IssueCode, diagnostics: string) {
  return send(reply.code(status), outcomeOf([{ severity: 'error', code, diagnostics }]));
}

function sendRefusal(reply: FastifyReply, { code, retryAfterSeconds }: Refusal) {
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  switch (code) {
    case 'key_missing':
      return sendIssue(reply, 401, 'login', 'send your API key in the header ESANTE-API-KEY');
    case 'key_unknown':
      return sendIssue(reply, 401, 'login', 'this API key is unknown or revoked');
    case 'too_many_calls':
      return sendIssue(reply, 429, 'throttled', 'too many calls with this API key');
    case 'too_many_wrong_keys':
      return sendIssue(reply, 429, 'throttled', 'too many wrong API keys from this address');
  }
}

/** An address that no route can read, such as `/fhir/v2/%E0`, reaches none of the handlers above. */
export function answerUnreadable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): boolean {
  if (!request.url.startsWith(`${FHIR_PATH}/`)) return false;
  void sendIssue(reply, error.statusCode ?? 400, 'structure', `malformed request (${error.code})`);
  return true;
}

/** A statement that took too long: the database stopped it, as it was told to. */
const CANCELED = '57014';

function answerError(error: FastifyError | Unavailable, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof Unavailable) {
    if (isObject(error.cause) && error.cause.code === CANCELED)
      return sendIssue(
        reply,
        400,
        'too-costly',
        'this search takes too long: ask for less, or more precisely',
      );
    request.log.error({ err: error }, 'a dependency did not answer');
    return sendIssue(reply.header('retry-after', '2'), 503, 'transient', 'try again in a moment');
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500)
    // The message may quote what was sent: only the code is told.
    return sendIssue(
      reply,
      status,
      status === 415 ? 'not-supported' : 'structure',
      `malformed request (${error.code})`,
    );
  request.log.error({ err: error }, 'unexpected error');
  return sendIssue(reply, 500, 'exception', 'an unexpected error');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
