import * as dns from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { ReadableStream } from 'node:stream/web';
import { getCACertificates } from 'node:tls';
import { createAddressCheck, type Network } from './addresses.ts';
import { type AllowedHost, isAllowedHost } from './allowed-hosts.ts';

export interface GuardSettings {
  readonly allowedHosts: readonly AllowedHost[];
  /** Networks that are not public and may be called all the same. */
  readonly privateNetworks: readonly Network[];
  /** For the whole call, the answer's last byte included. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** PEM, trusted beside the usual authorities. */
  readonly ca?: string;
  /** Keeps connections for the next call to the same host: for few hosts that are called often. */
  readonly keepAlive?: boolean;
  /** DNS; the system's by default. */
  readonly lookup?: Lookup;
}

type Lookup = (
  hostname: string,
  options: dns.LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void;

/** Why a call was not made (the first three: it never will be), or has no answer. */
export type OutgoingCallErrorCode =
  /** Not an http or https address, or one with a user in it. */
  | 'call_url_malformed'
  | 'call_host_forbidden'
  | 'call_address_forbidden'
  | 'call_name_unresolved'
  | 'call_unreachable'
  /** Its certificate is not one we trust, or no TLS could be spoken. */
  | 'call_tls_failed'
  | 'call_timed_out'
  | 'call_answer_too_large';

const FORBIDDEN: readonly OutgoingCallErrorCode[] = [
  'call_url_malformed',
  'call_host_forbidden',
  'call_address_forbidden',
];

/** Its message never quotes the address: it may hold a secret. */
export class OutgoingCallError extends Error {
  readonly code: OutgoingCallErrorCode;

  constructor(code: OutgoingCallErrorCode, options?: { cause?: unknown }) {
    super(`an outgoing call failed: ${code}`, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** Refused by this guard: nobody was called, and trying again changes nothing. */
  get forbidden(): boolean {
    return FORBIDDEN.includes(this.code);
  }
}

/** `fetch`, for addresses that somebody else chose. `close` lets the kept connections go. */
export type GuardedFetch = typeof fetch & { close(): void };

/**
 * The one way to an address that somebody else chose: only hosts of the list, only public addresses or those of the
 * configured networks, TLS verified, no redirection followed (a 3xx is the answer), a bounded time and a bounded answer.
 * Throws `OutgoingCallError`, or the reason of the caller's own `signal`.
 */
export function createGuardedFetch(settings: GuardSettings): GuardedFetch {
  const isCallable = createAddressCheck(settings.privateNetworks);
  const lookup = createCheckedLookup(isCallable, settings.lookup ?? dns.lookup);
  const keepAlive = settings.keepAlive ?? false;
  const ca = settings.ca === undefined ? {} : { ca: [...getCACertificates('default'), settings.ca] };
  const agents = {
    http: new http.Agent({ keepAlive, lookup }),
    https: new https.Agent({ keepAlive, lookup, ...ca }),
  };

  async function guarded(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = readUrl(input);
    if (!isAllowedHost(settings.allowedHosts, url)) throw new OutgoingCallError('call_host_forbidden');
    // An address in figures is never looked up: it is judged here.
    const figures = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(figures) && !isCallable(figures)) throw new OutgoingCallError('call_address_forbidden');

    // Reads method, headers and body of any shape as `fetch` does.
    const request = new Request(input, init);
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const end = createEnd(settings.timeoutMs, init?.signal ?? undefined);
    try {
      const message = await send(url, request, body, end.signal);
      message.once('close', end.over);
      return readAnswer(message, settings.maxAnswerBytes, end.signal);
    } catch (error) {
      end.over();
      throw explain(error, end.signal);
    }
  }

  function send(url: URL, { method, headers }: Request, body: Buffer | undefined, signal: AbortSignal) {
    return new Promise<http.IncomingMessage>((resolve, reject) => {
      const [{ request }, agent] = url.protocol === 'https:' ? [https, agents.https] : [http, agents.http];
      const sent = request(
        url,
        {
          method,
          agent,
          signal,
          headers: {
            ...Object.fromEntries(headers),
            // What is compressed may be a thousand times larger once opened.
            'accept-encoding': 'identity',
            ...(body === undefined ? {} : { 'content-length': body.length }),
          },
        },
        resolve,
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  return Object.assign(guarded, {
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  });
}

function readUrl(input: string | URL | Request): URL {
  const url = URL.parse(input instanceof Request ? input.url : String(input));
  const isCall =
    (url?.protocol === 'https:' || url?.protocol === 'http:') && url.username === '' && url.password === '';
  // `https://fcm.googleapis.com@evil` is not allowed by its looks.
  if (!url || !isCall) throw new OutgoingCallError('call_url_malformed');
  return url;
}

/**
 * DNS that keeps only what may be called. Checked here, by what the connection itself asks, so that a name cannot answer
 * one address to the check and another to the connection (DNS rebinding).
 */
function createCheckedLookup(isCallable: (address: string) => boolean, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const [first, ...others] = found.filter(({ address }) => isCallable(address));
      if (!first) return callback(new OutgoingCallError('call_address_forbidden'), '');
      return options.all ? callback(null, [first, ...others]) : callback(null, first.address, first.family);
    });
  };
}

/** When a call must stop: its time is over, or its caller's signal says so. `over` when it ended by itself. */
function createEnd(timeoutMs: number, caller: AbortSignal | undefined) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new OutgoingCallError('call_timed_out')), timeoutMs);
  const stop = () => controller.abort(caller?.reason);
  if (caller?.aborted) stop();
  else caller?.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    over() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', stop);
    },
  };
}

/** Statuses without a body: `Response` refuses one (Fetch §2.2.3). */
const BODILESS = [204, 205, 304];

function readAnswer(message: http.IncomingMessage, maxBytes: number, signal: AbortSignal): Response {
  // Somebody may let the answer go unread: its end is then nobody's failure.
  message.on('error', () => undefined);
  const { statusCode: status = 0, headersDistinct } = message;
  if (status < 200 || status > 599) {
    message.destroy();
    throw new OutgoingCallError('call_unreachable');
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  if (BODILESS.includes(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(bounded(message, maxBytes, signal), { status, headers });
}

function bounded(message: http.IncomingMessage, maxBytes: number, signal: AbortSignal) {
  const chunks = message[Symbol.asyncIterator]();
  let size = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) return controller.close();
          size += value.length;
          if (size > maxBytes) throw new OutgoingCallError('call_answer_too_large');
          controller.enqueue(new Uint8Array(value));
        } catch (error) {
          message.destroy();
          controller.error(explain(error, signal));
        }
      },
      cancel: () => void message.destroy(),
    },
    // Nothing is read before somebody wants it.
    { highWaterMark: 0 },
  );
}

const TLS_ERROR = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_|EPROTO)/;

function explain(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof OutgoingCallError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_'))
    return new OutgoingCallError('call_name_unresolved', { cause: error });
  if (TLS_ERROR.test(code)) return new OutgoingCallError('call_tls_failed', { cause: error });
  return new OutgoingCallError('call_unreachable', { cause: error });
}
