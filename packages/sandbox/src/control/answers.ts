import { Unavailable } from '@psc/kernel';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { z } from 'zod';

/** An answer of the control API that is not what was asked, in English: it is read by developers. */
export class ControlRefusal extends Error {
  readonly status: number;
  readonly error: string;

  constructor(status: 400 | 404 | 409, error: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.error = error;
  }
}

/** The body or the query in the given shape; 400 says everything that is wrong with it. */
export function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new ControlRefusal(400, 'malformed_request', problems.join('; '));
}

/** Errors as JSON, and a 404 that names the calls that exist. */
export function answerErrors(app: FastifyInstance, onError: (error: unknown) => void): void {
  const calls: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const methods = [method].flat().filter((name) => name !== 'HEAD');
    if (url.startsWith('/push/')) return;
    calls.push(...methods.map((name) => `${name} ${url.replaceAll(/:(\w+)/g, '{$1}')}`));
  });

  app.setErrorHandler((error: FastifyError | ControlRefusal, _request, reply) => {
    if (error instanceof ControlRefusal) {
      return reply.code(error.status).send({ error: error.error, message: error.message });
    }
    if (error instanceof Unavailable) {
      onError(error);
      return reply.code(503).send({ error: 'temporarily_unavailable', message: error.message });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: 'malformed_request', message: error.message });
    onError(error);
    return reply.code(500).send({ error: 'server_error', message: error.message });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not_found', message: 'The sandbox has no such call.', calls }),
  );
}
