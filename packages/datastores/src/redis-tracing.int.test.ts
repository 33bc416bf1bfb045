import { randomUUID } from 'node:crypto';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { openRedis } from './redis.ts';
import { traceRedis } from './redis-tracing.ts';

const exporter = new InMemorySpanExporter();
let redis: Redis;
let stop: () => void;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  redis = await openRedis(inject('redisUrl'), 'commands', () => undefined);
});

afterAll(() => redis.disconnect());

beforeEach(() => {
  exporter.reset();
  stop = traceRedis();
});

afterEach(() => stop());

/** The Redis spans made by `work`, and the span they were made in. */
async function spansOf(
  work: () => Promise<unknown>,
): Promise<{ parent: ReadableSpan; spans: ReadableSpan[] }> {
  const name = `request ${randomUUID()}`;
  await trace.getTracer('test').startActiveSpan(name, async (span) => {
    await work();
    span.end();
  });
  const all = exporter.getFinishedSpans();
  const parent = all.find((span) => span.name === name);
  if (!parent) throw new Error('the request has a span');
  const spans = all.filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId);
  return { parent, spans };
}

describe('tracing Redis', () => {
  it('makes a client span of a command, without its arguments', async () => {
    const key = `test:${randomUUID()}`;
    const { spans } = await spansOf(() => redis.set(key, 'a secret', 'PX', 1000));
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      name: 'redis.set',
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'redis', 'db.operation.name': 'set' },
    });
    const said = JSON.stringify([spans[0]?.attributes, spans[0]?.events, spans[0]?.status]);
    expect(said).not.toContain('a secret');
    expect(said).not.toContain(key);
  });

  it('does not say the script of a script, nor its arguments', async () => {
    const { spans } = await spansOf(() => redis.eval('return ARGV[1]', 1, 'a key', 'a secret'));
    expect(spans.map((span) => span.name)).toEqual(['redis.eval']);
    expect(JSON.stringify(spans[0]?.attributes)).not.toMatch(/ARGV|a key|a secret/);
  });

  it('marks the span of a command that failed, without its message', async () => {
    const { spans } = await spansOf(() => redis.call('incrby', 'a key', 'a secret').catch(() => undefined));
    expect(spans[0]?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(spans[0]?.events).toEqual([]);
  });

  it('puts the commands of requests served at once each in its own trace', async () => {
    const requests = await Promise.all(
      [1, 2, 3].map((count) =>
        spansOf(() => Promise.all(Array.from({ length: count }, () => redis.get(`test:${randomUUID()}`)))),
      ),
    );
    expect(requests.map(({ spans }) => spans.length)).toEqual([1, 2, 3]);
  });

  it('makes nothing outside a recorded span, nor once it was stopped', async () => {
    await redis.ping();
    expect(exporter.getFinishedSpans()).toEqual([]);
    stop();
    expect((await spansOf(() => redis.ping())).spans).toEqual([]);
  });
});
