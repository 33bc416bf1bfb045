import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';

/** A certificate and its private key, PEM. */
export interface WireCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface WireCall {
  readonly method?: 'GET' | 'POST';
  readonly form?: Readonly<Record<string, string>> | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Proves over TLS that it has this certificate. */
  readonly certificate?: WireCertificate | undefined;
  /** Which servers to believe, over TLS. */
  readonly ca?: string;
  /** The address of this machine to call from. */
  readonly from?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of JSON, it asserts.
  readonly json: any;
}

/** A call as it goes over the wire, each on a connection of its own: `fetch` takes no client certificate. */
export async function callByWire(url: string, call: WireCall): Promise<WireAnswer> {
  const { form, certificate, ca } = call;
  const body = form === undefined ? '' : String(new URLSearchParams(form));
  const options = {
    method: call.method ?? 'POST',
    headers: {
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...call.headers,
    },
    ...(call.from === undefined ? {} : { localAddress: call.from }),
  };
  const request = url.startsWith('https:')
    ? secureRequest(url, {
        ...options,
        agent: new Agent(),
        ...(ca === undefined ? {} : { ca }),
        ...(certificate ? { cert: certificate.certificate, key: certificate.key } : {}),
      })
    : plainRequest(url, options);
  request.end(body);
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (!response) throw new Error('no response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isJson = response.headers['content-type']?.includes('json') ?? false;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

/** `fetch` for an application that has a certificate, and believes the servers of one authority. */
export function createCertificateFetch(certificate: WireCertificate, ca: string): typeof fetch {
  return async (input, { method, headers, body } = {}) => {
    const form = body instanceof URLSearchParams || typeof body === 'string' ? { form: String(body) } : {};
    const answer = await callByWire(String(input), {
      method: method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(headers)),
      ...form,
      certificate,
      ca,
    });
    const told = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    return new Response(answer.text, { status: answer.status, headers: told });
  };
}
