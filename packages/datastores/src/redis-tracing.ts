import { tracingChannel } from 'node:diagnostics_channel';
import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { CommandTraceContext } from 'ioredis';

const tracer = trace.getTracer('@psc/datastores');

/**
 * Makes a client span of every Redis command sent inside a recorded span, from what ioredis publishes about itself.
 * The span names the command and the server, never the arguments: they may hold identifiers and secrets. Outside a
 * recorded span nothing is made. Call once per process; the returned function stops it.
 */
export function traceRedis(): () => void {
  const commands = tracingChannel<unknown, CommandTraceContext>('ioredis:command');
  const spans = new WeakMap<CommandTraceContext, Span>();

  const ignore = () => undefined;
  const listeners = {
    start(command: CommandTraceContext) {
      if (!trace.getActiveSpan()?.isRecording()) return;
      const attributes = {
        'db.system.name': 'redis',
        'db.operation.name': command.command,
        'db.namespace': String(command.database),
        'server.address': command.serverAddress,
        ...(command.serverPort ? { 'server.port': command.serverPort } : {}),
      };
      spans.set(command, tracer.startSpan(`redis.${command.command}`, { kind: SpanKind.CLIENT, attributes }));
    },
    error(command: CommandTraceContext) {
      spans.get(command)?.setStatus({ code: SpanStatusCode.ERROR });
    },
    asyncEnd(command: CommandTraceContext) {
      spans.get(command)?.end();
    },
    end: ignore,
    asyncStart: ignore,
  };
  commands.subscribe(listeners);
  return () => commands.unsubscribe(listeners);
}
