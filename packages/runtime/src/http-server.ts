import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { Unavailable } from '@psc/kernel';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';
import { connectionLimits, createUnusedConnections } from './connections.ts';

export interface HttpServerSettings {
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Could this service serve a login now? Asked by `/readyz`; a rejection is a no. */
  readonly isReady: () => Promise<boolean>;
  readonly trustedProxies: readonly string[];
  /** Answers, in a form of its own, a request whose address no route can read; false leaves it to the usual answer. */
  readonly answerUnreadable?: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => boolean;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const READINESS_TIMEOUT_MS = 2_000;

// On the request itself: a WeakMap that gains an entry at each request makes the garbage collector's pauses a quarter longer.
declare module 'fastify' {
  interface FastifyRequest {
    /** Where its spans belong. */
    traceContext: Context | undefined;
    /** The service that `requireCaller` let through. */
    caller: string | undefined;
  }
}

/**
 * The Fastify that every service starts from: `/livez`, `/readyz`, `/metrics`, one span and one duration per request,
 * an error handler that says nothing of our insides. URLs are never logged: they may carry codes; routes are.
 */
export function createHttpServer(settings: HttpServerSettings): FastifyInstance {
  // The wider type: the instance's own would drag pino's generics through every plugin.
  const loggerInstance: FastifyBaseLogger = settings.logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // No child for each request: the trace's id tells the lines of one from those of another, and goes further.
    childLoggerFactory: (logger) => logger,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    ...connectionLimits,
    // Closes idle keep-alive connections at once when stopping, so that a rolling update does not wait for browsers.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => {
      if (!settings.answerUnreadable?.(error, request, reply)) answerUnreadable(error, reply);
    },
  });
  app.decorateRequest('traceContext', undefined);
  app.decorateRequest('caller', undefined);
  traceRequests(app);
  measureRequests(app, settings.metrics);
  answerErrors(app);
  const unused = createUnusedConnections(app.server, 'connection');
  app.addHook('preClose', async () => unused.destroy());

  app.get('/livez', () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await within(READINESS_TIMEOUT_MS, settings.isReady());
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.type(settings.metrics.contentType).send(await settings.metrics.metrics());
  });
  return app;
}

async function within(milliseconds: number, check: Promise<boolean>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, milliseconds, false);
  return Promise.race([check.catch(() => false), late]).finally(() => clearTimeout(timer));
}

function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('@psc/runtime');
  app.addHook('onRequest', (request, _reply, done) => {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(`${request.method} ${route(request)}`, { kind: SpanKind.SERVER }, parent);
    const entered = trace.setSpan(parent, span);
    request.traceContext = entered;
    context.with(entered, done);
  });
  // Reading a body leaves the asynchronous context of onRequest: enter it again before the handler.
  app.addHook('preValidation', (request, _reply, done) => {
    context.with(request.traceContext ?? context.active(), done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const entered = request.traceContext;
    const span = entered && trace.getSpan(entered);
    span?.setAttributes({ 'http.route': route(request), 'http.response.status_code': reply.raw.statusCode });
    span?.end();
    done();
  });
}

function measureRequests(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    const status = reply.raw.statusCode;
    duration.observe({ method: request.method, route: route(request), status }, reply.elapsedTime / 1000);
    if (!quiet.has(route(request))) {
      request.log.info({
        method: request.method,
        route: route(request),
        status,
        ms: Math.round(reply.elapsedTime),
      });
    }
    done();
  });
}

const quiet = new Set(['/livez', '/readyz', '/metrics']);

function route(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

/** The message of the parser, or of the router, may quote the body or the address: only its code is told. */
function malformed({ code }: FastifyError) {
  return { error: 'malformed_request', message: `La requête est mal formée (${code}).` };
}

/** An address that no route can read never reaches the error handler. */
function answerUnreadable(error: FastifyError, reply: FastifyReply): void {
  void reply.code(error.statusCode ?? 400).send(malformed(error));
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof Unavailable) {
      request.log.error({ err: error }, 'a dependency did not answer');
      return reply.code(503).header('retry-after', '2').send({
        error: 'temporarily_unavailable',
        message: 'Le service est momentanément indisponible. Réessayez dans quelques instants.',
      });
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      request.log.error({ err: error }, 'unexpected error');
      return reply.code(500).send({
        error: 'server_error',
        message: 'Une erreur inattendue est survenue. Réessayez dans quelques instants.',
      });
    }
    return reply.code(status).send(malformed(error));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not_found', message: 'Cette adresse n’existe pas.' }),
  );
}
