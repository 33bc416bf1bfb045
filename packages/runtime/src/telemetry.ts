import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanAttributes,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

export interface TelemetrySettings {
  readonly service: string;
  /** OTLP/HTTP collector; nothing is recorded without one. */
  readonly endpoint?: string | undefined;
  readonly ratio: number;
}

/** Traces of this process (W3C Trace Context), sent in batches. `stop` sends what is left. */
export async function startTelemetry(settings: TelemetrySettings): Promise<{ stop(): Promise<void> }> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.service }),
    // Without a collector, spans only carry ids: they cost next to nothing and still join the logs.
    sampler: settings.endpoint
      ? new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.ratio) })
      : new AlwaysOffSampler(),
    spanProcessors: settings.endpoint ? [await batchesTo(settings.endpoint)] : [],
  });
  trace.setGlobalTracerProvider(provider);
  return { stop: () => provider.shutdown() };
}

async function batchesTo(endpoint: string): Promise<BatchSpanProcessor> {
  // Loaded only when used: it costs memory and start-up time.
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  return new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: 5_000 }), {
    scheduledDelayMillis: 1_000,
  });
}

const tracer = () => trace.getTracer('@psc/runtime');

/** Runs `work` in a span of its own below the current one; its failure marks the span. */
export function inSpan<Result>(
  name: string,
  work: (span: Span) => Promise<Result>,
  options: { kind?: SpanKind; attributes?: SpanAttributes } = {},
): Promise<Result> {
  return tracer().startActiveSpan(name, { kind: SpanKind.INTERNAL, ...options }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.name : 'unknown',
      });
      throw error;
    } finally {
      span.end();
    }
  });
}

/**
 * Runs `work` as the next step of the trace that `traceparent` names: a login crosses browser requests and a queue, and
 * stays one trace. The current request's span is linked, so that it can be found from there. '' starts from where we are.
 */
export function continueTrace<Result>(
  traceparent: string,
  name: string,
  work: (span: Span) => Promise<Result>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<Result> {
  if (traceparent === '') return inSpan(name, work, { kind });
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
  const current = trace.getActiveSpan()?.spanContext();
  return context.with(parent, () =>
    inSpan(
      name,
      (span) => {
        if (current) span.addLink({ context: current });
        return work(span);
      },
      { kind },
    ),
  );
}

/** W3C `traceparent` of the current span, to be carried where headers cannot; '' when there is none. */
export function currentTraceparent(): string {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !isSpanContextValid(span)) return '';
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}
