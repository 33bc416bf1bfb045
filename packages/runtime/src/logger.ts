import { trace } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Bytes. A write to stdout for each line costs more than the line: they are written together, … */
const WRITTEN_TOGETHER = 12 * 1024;
/** … and at the latest after so long, or when the process ends. Only SIGKILL loses what was not written yet. */
const WRITTEN_WITHIN_MS = 250;
/** Bytes that wait for a reader of stdout who does not read; beyond, lines are lost rather than the service. */
const MOST_UNREAD = 16 * 1024 * 1024;

/**
 * JSON lines with the trace's id. Personal data and secrets are cut here as a second line of defence: the first is not
 * to log them.
 */
export function createLogger(settings: { service: string; level: string }): Logger {
  return pino(
    {
      level: settings.level,
      base: { service: settings.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutPersonalData },
      mixin: traceIds,
      serializers: { err: describeError, cause: describeError },
    },
    pino.destination({
      sync: false,
      minLength: WRITTEN_TOGETHER,
      periodicFlush: WRITTEN_WITHIN_MS,
      maxLength: MOST_UNREAD,
    }),
  );
}

const personal = new Set([
  'nationalid',
  'identifier',
  'login_hint',
  'loginhint',
  'sub',
  'pin',
  'number',
  'proof',
  'ticket',
  'code',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'email',
  'phone',
  'ip',
]);
const DEEPEST = 4;

/** A walk of our own: pino's redaction by paths costs more than the request that is logged. */
function withoutPersonalData(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (personal.has(name.toLowerCase())) return [name, '[redacted]'];
      // An error is told by its serializer, which keeps what is safe of it.
      if (typeof value !== 'object' || value === null || value instanceof Error) return [name, value];
      if (depth === DEEPEST) return [name, '[deeper]'];
      return [name, withoutPersonalData({ ...value }, depth + 1)];
    }),
  );
}

function traceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** Name, code, message and stack of an error and of its causes: never its other fields, which may quote a value. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? { code: String(error.code) } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { type: error.name, ...code, message: error.message, stack: error.stack, ...cause };
}
