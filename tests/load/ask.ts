import { Pool } from 'undici';
import { figuresOf } from './process-figures.ts';

export interface Question {
  readonly name: string;
  /** At once; each as soon as the one before it is answered, unless `perSecond` says how many are asked. */
  readonly parallel: number;
  readonly perSecond?: number;
  next(): Asked;
}
interface Asked {
  readonly path: string;
  /** Sent as JSON; without it, it is a GET. */
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

export interface AskedService {
  readonly origin: string;
  readonly pid: number;
  readonly headers: Record<string, string>;
}

/** What one kind of question costs a service. */
export interface AskFigures {
  readonly name: string;
  readonly perSecond: number;
  /** Milliseconds, from when it was to be asked: a generator that is late does not hide a service that is slow. */
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** CPU of the process, in microseconds for each. */
  readonly cpuMicros: number;
}

/** A process that was just started compiles for so long. */
const WARM_UP_SECONDS = 5;

/**
 * With undici's lowest layer: the generator shares this machine's cores with the service and PostgreSQL, and `node:http` as a
 * client costs more than the service that it asks.
 */
export async function ask(question: Question, service: AskedService, seconds: number): Promise<AskFigures> {
  const pool = new Pool(service.origin, { connections: question.parallel, pipelining: 1 });
  const send = () => sendTo(pool, question.next(), service.headers);
  const run = question.perSecond === undefined ? askOneAfterTheOther : askAtRate;
  await run(question, WARM_UP_SECONDS, send);
  const [before, started] = [figuresOf(service.pid).cpuMs, performance.now()];
  const { durations, failed } = await run(question, seconds, send);
  const elapsed = (performance.now() - started) / 1000;
  const cpuMs = figuresOf(service.pid).cpuMs - before;
  await pool.destroy();
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return {
    name: `${question.name}, ${question.perSecond === undefined ? `${question.parallel} at once` : `${question.perSecond}/s`}`,
    perSecond: durations.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    failed,
    cpuMicros: (cpuMs * 1000) / durations.length,
  };
}

interface Ran {
  readonly durations: number[];
  failed: number;
}

async function askOneAfterTheOther({ parallel }: Question, seconds: number, send: Send): Promise<Ran> {
  const ran: Ran = { durations: [], failed: 0 };
  const until = performance.now() + seconds * 1000;
  const askOn = async () => {
    while (performance.now() < until) await timed(ran, performance.now(), send);
  };
  await Promise.all(Array.from({ length: parallel }, askOn));
  return ran;
}

/** Evenly spread, whether the ones before were answered or not. */
async function askAtRate({ perSecond = 1 }: Question, seconds: number, send: Send): Promise<Ran> {
  const ran: Ran = { durations: [], failed: 0 };
  const started = performance.now();
  const asked: Promise<void>[] = [];
  const all = seconds * perSecond;
  while (asked.length < all) {
    const due = Math.min(all, ((performance.now() - started) / 1000) * perSecond);
    while (asked.length < due) asked.push(timed(ran, started + (asked.length * 1000) / perSecond, send));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  return ran;
}

async function timed(ran: Ran, from: number, send: Send): Promise<void> {
  if ((await send()) !== 200) ran.failed++;
  ran.durations.push(performance.now() - from);
}

type Send = () => Promise<number>;

function sendTo(pool: Pool, { path, body, headers }: Asked, common: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let status = 0;
  pool.dispatch(
    {
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...common,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    },
    {
      onResponseStart: (_controller, code) => {
        status = code;
      },
      // undici refuses a handler without these two.
      onRequestStart: () => undefined,
      onResponseData: () => undefined,
      onResponseEnd: () => resolve(status),
      onResponseError: (_controller, error) => reject(error),
    },
  );
  return promise;
}
