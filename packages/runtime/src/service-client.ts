import { context, propagation, SpanKind } from '@opentelemetry/api';
import { Unavailable } from '@psc/kernel';
import type { z } from 'zod';
import type { ServiceIdentity } from './service-identity.ts';
import { inSpan } from './telemetry.ts';

/**
 * JSON questions to one other service, authenticated and traced. A 404 answers undefined; any other failure, a late or a
 * malformed answer throws `Unavailable`, whose message never quotes the body. Personal data goes in bodies, never in
 * `path`.
 */
export interface ServiceClient {
  get<Schema extends z.ZodType>(path: string, answer: Schema): Promise<z.output<Schema> | undefined>;
  post<Schema extends z.ZodType>(
    path: string,
    body: unknown,
    answer: Schema,
  ): Promise<z.output<Schema> | undefined>;
}

export function createServiceClient(settings: {
  baseUrl: string;
  audience: string;
  identity: ServiceIdentity;
  timeoutMs: number;
}): ServiceClient {
  const { audience, identity, timeoutMs } = settings;

  function ask<Schema extends z.ZodType>(method: string, path: string, body: unknown, answer: Schema) {
    return inSpan(
      `${method} ${audience}`,
      async (span) => {
        const headers: Record<string, string> = {
          authorization: `Bearer ${await identity.tokenFor(audience)}`,
        };
        if (body !== undefined) headers['content-type'] = 'application/json';
        propagation.inject(context.active(), headers);
        const response = await fetch(new URL(path, settings.baseUrl), {
          method,
          headers,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }).catch((cause: unknown) => unavailable(cause));
        span.setAttribute('http.response.status_code', response.status);
        if (response.status === 404) {
          await response.body?.cancel();
          return undefined;
        }
        if (!response.ok) {
          await response.body?.cancel();
          return unavailable(new Error(`${audience} answered ${response.status}`));
        }
        const text = await response.text().catch((cause: unknown) => unavailable(cause));
        const parsed = answer.safeParse(readJson(text));
        return parsed.success ? parsed.data : unavailable(new Error(`${audience} answered another shape`));
      },
      { kind: SpanKind.CLIENT },
    );
  }

  function readJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      // Not the parser's own error: it quotes the body.
      return unavailable(new Error(`${audience} answered something else than JSON`));
    }
  }

  function unavailable(cause: unknown): never {
    throw new Unavailable('service_unavailable', `${audience} did not answer`, { cause });
  }

  return {
    get: (path, answer) => ask('GET', path, undefined, answer),
    post: (path, body, answer) => ask('POST', path, body, answer),
  };
}
