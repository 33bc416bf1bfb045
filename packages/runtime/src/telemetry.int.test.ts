import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { trace } from '@opentelemetry/api';
import { exportJWK, generateKeyPair } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { privateServiceKey, publicServiceKey } from './config.ts';
import { createHttpServer } from './http-server.ts';
import { createMetrics } from './metrics.ts';
import { createServiceClient } from './service-client.ts';
import { createServiceIdentity, requireCaller, type ServiceIdentity } from './service-identity.ts';
import { continueTrace, currentTraceparent, inSpan, startTelemetry } from './telemetry.ts';

interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}

const received: ReceivedSpan[] = [];
const collector = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString());
    for (const resource of body.resourceSpans) {
      for (const scope of resource.scopeSpans) received.push(...scope.spans);
    }
    response.end('{}');
  });
});
let telemetry: Awaited<ReturnType<typeof startTelemetry>>;
let identity: ServiceIdentity;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  telemetry = await startTelemetry({ service: 'test', endpoint: `http://127.0.0.1:${port}`, ratio: 1 });
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = privateServiceKey.parse({ ...(await exportJWK(privateKey)), kid: 'k' });
  identity = await createServiceIdentity({
    name: 'test',
    key,
    trust: { test: [publicServiceKey.parse(key)] },
    clock: Date.now,
  });
});

afterAll(() => {
  collector.close();
});

describe('a trace', () => {
  it('goes through HTTP calls with a body, and joins later steps that carry its traceparent', async () => {
    const server = createHttpServer({
      logger: pino({ level: 'silent' }),
      metrics: createMetrics('test'),
      isReady: async () => true,
      trustedProxies: [],
    });
    server.post('/internal/question', { preHandler: requireCaller(identity, ['test']) }, () =>
      inSpan('inside', async () => ({ answer: 42 })),
    );
    const baseUrl = await server.listen({ port: 0, host: '127.0.0.1' });
    const client = createServiceClient({ baseUrl, audience: 'test', identity, timeoutMs: 2_000 });

    let traceparent = '';
    const answer = await inSpan('login', async () => {
      traceparent = currentTraceparent();
      return client.post('/internal/question', { question: '?' }, z.object({ answer: z.number() }));
    });
    await inSpan('another request', () => continueTrace(traceparent, 'later step', async () => undefined));
    await server.close();
    await telemetry.stop();

    expect(answer).toEqual({ answer: 42 });
    const login = span('login');
    const path = ['login', 'POST test', 'POST /internal/question', 'inside'];
    for (const [index, name] of path.entries()) {
      expect(span(name).traceId, name).toBe(login.traceId);
      if (index > 0) expect(span(name).parentSpanId, name).toBe(span(path[index - 1] ?? '').spanId);
    }
    expect(span('later step')).toMatchObject({ traceId: login.traceId, parentSpanId: login.spanId });
    expect(span('another request').traceId).not.toBe(login.traceId);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});

function span(name: string): ReceivedSpan {
  const found = received.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no span ${name} among ${received.map((one) => one.name).join(', ')}`);
  return found;
}
