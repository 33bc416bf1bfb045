import { connect } from 'node:net';
import fc from 'fast-check';

/** One endpoint that anybody may call, and a request that it accepts: what is thrown at it starts from that one. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  /** Where the parameters of a good request are: in the address, in a form, in JSON (where `["x"]` is a list). */
  readonly as: 'query' | 'form' | 'json';
  readonly good: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Fuzzing {
  /** Where all of them are. */
  readonly origin: string;
  readonly endpoints: readonly Endpoint[];
  /** Names of parameters worth mixing up. */
  readonly names: readonly string[];
  /** Values worth a try anywhere: identifiers, tokens and codes that exist. */
  readonly values: readonly string[];
  readonly headers: readonly Readonly<Record<string, string>>[];
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Fixed, so that a failure of today is one of tomorrow; and bounded, whatever the machine is doing besides. */
const SEED = 20_260_927;
const MOST_RUNS = 1_200;
const TIME_LIMIT_MS = 20_000;
const ANSWER_WITHIN_MS = 8_000;

/**
 * Throws broken requests at every endpoint, over a socket, byte for byte: parameters repeated, huge, of another type,
 * badly encoded, unknown; other content types; broken percent-encoding; null bytes; deep JSON. Nothing of it may bring a
 * server error, a stack trace, or no answer at all. Tells how often each status was answered.
 */
export async function fuzz(
  fuzzing: Fuzzing,
  { seed = SEED, runs = MOST_RUNS, withinMs = TIME_LIMIT_MS } = {},
): Promise<ReadonlyMap<number, number>> {
  const { hostname, port } = new URL(fuzzing.origin);
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(requests(fuzzing), async (request) => {
      const answer = await sendRaw(hostname, Number(port), Buffer.from(request, 'latin1'));
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const complaint = complaintAbout(answer);
      if (complaint !== undefined) throw new Error(`${complaint}: ${answer.status} ${answer.text}`);
    }),
    { seed, numRuns: runs, interruptAfterTimeLimit: withinMs, markInterruptAsFailure: false },
  );
  return statuses;
}

function complaintAbout({ status, text }: RawAnswer): string | undefined {
  if (status >= 500) return 'a server error';
  if (/node_modules|\.[jt]s:\d+|\b(Type|Range|Syntax|Reference)Error\b/.test(text))
    return 'a look at our insides';
  return undefined;
}

/** One request on a connection of its own; what Node's `http` would refuse to write is written. */
function sendRaw(host: string, port: number, request: Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const chunks: Buffer[] = [];
    socket.setTimeout(ANSWER_WITHIN_MS, () => {
      socket.destroy();
      reject(new Error('no answer'));
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString();
      const [, status] = /^(?:HTTP\/1\.1 100 Continue\s+)?HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
      if (status === undefined) reject(new Error(`not an answer: ${text.slice(0, 200)}`));
      else resolve({ status: Number(status), text });
    });
    // The server may close before it has read all of what is too long.
    socket.on('error', () => undefined);
    socket.write(request);
  });
}

type Pair = readonly [name: string, value: string];

/** Whole requests, one character for each byte. */
function requests({ origin, endpoints, names, values, headers }: Fuzzing): fc.Arbitrary<string> {
  const { host } = new URL(origin);
  const value = valueFrom(values);
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...names) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '', 'a[]', 'a[b]', 'é', '\u0000'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  );
  const added = fc.array(fc.tuple(name, value), { maxLength: 4 });

  return fc
    .constantFrom(...endpoints)
    .chain((endpoint) => {
      const good = Object.entries(endpoint.good);
      return fc.record({
        endpoint: fc.constant(endpoint),
        kept: fc.subarray(good, { minLength: Math.floor(good.length / 2) }),
        spoilt: fc.array(
          fc.tuple(fc.constantFrom(...(good.length > 0 ? Object.keys(endpoint.good) : names)), value),
          {
            maxLength: 2,
          },
        ),
        added,
        encode: fc.oneof(
          { weight: 5, arbitrary: fc.constant(encoders.rightly) },
          { weight: 1, arbitrary: fc.constantFrom(encoders.raw, encoders.broken, encoders.latin1) },
        ),
        as: fc.oneof(
          { weight: 8, arbitrary: fc.constant<BodyKind>(endpoint.as) },
          {
            weight: 3,
            arbitrary: fc.constantFrom<BodyKind>('query', 'form', 'json', 'deep', 'bytes', 'list'),
          },
        ),
        type: fc.oneof(
          { weight: 6, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: fc.constantFrom(...contentTypes) },
        ),
        suffix: fc.oneof(
          { weight: 8, arbitrary: fc.constant('') },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              '/',
              '/x',
              '/%00',
              '/%',
              '/..%2f',
              '//',
              ';a=b',
              '/%E9',
              '?',
              '?%',
              '?&&=&',
            ),
          },
        ),
        header: fc.constantFrom({}, ...headers),
      });
    })
    .map(({ endpoint, kept, spoilt, added, encode, as, type, suffix, header }) => {
      // A spoilt one takes the place of the good one, or comes on top of it.
      const gone = new Set(spoilt.slice(0, 1).map(([spoiltName]) => spoiltName));
      const pairs: Pair[] = [...kept.filter(([keptName]) => !gone.has(keptName)), ...spoilt, ...added];
      const inAddress = as === 'query' || endpoint.method === 'GET';
      const query = inAddress ? `?${encode(pairs)}` : '';
      const body = inAddress ? '' : bodies[as](pairs, encode);
      const contentType = type === '' ? (inAddress ? '' : usualTypes[as]) : type;
      const lines = Object.entries({
        host,
        connection: 'close',
        ...endpoint.headers,
        ...header,
        ...(contentType === '' ? {} : { 'content-type': contentType }),
        ...(inAddress && endpoint.method === 'GET' ? {} : { 'content-length': String(body.length) }),
      }).map(([headerName, headerValue]) => `${headerName}: ${headerValue}\r\n`);
      return `${endpoint.method} ${endpoint.path}${suffix}${query} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
    });
}

const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/x-www-form-urlencoded; charset=nonsense',
  'application/x-www-form-urlencoded;;;',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/jwt',
  'x',
  '/',
  ',',
];

type BodyKind = 'query' | 'form' | 'json' | 'deep' | 'bytes' | 'list';
type Encode = (pairs: readonly Pair[]) => string;

const bodies: Readonly<Record<BodyKind, (pairs: readonly Pair[], encode: Encode) => string>> = {
  query: () => '',
  form: (pairs, encode) => encode(pairs),
  /** A value that is written as a list or an object is one. */
  json: (pairs) =>
    bytesOf(JSON.stringify(Object.fromEntries(pairs.map(([name, value]) => [name, parsedOr(value)])))),
  /** Deeper than what descends by itself can go. */
  deep: (pairs) => `${'{"a":'.repeat(5_000)}${pairs.length}${'}'.repeat(5_000)}`,
  bytes: (pairs) =>
    pairs
      .map(([name, value]) => `${name}\u0000${value}`)
      .join('\n')
      .replaceAll(/[\u0100-\uffff]/g, '?'),
  /** Each value in a list, and one that is no string. */
  list: (pairs) =>
    bytesOf(
      JSON.stringify(
        Object.fromEntries(pairs.map(([name, value], i) => [name, i % 2 ? [value] : { value, i }])),
      ),
    ),
};

function parsedOr(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const usualTypes: Readonly<Record<BodyKind, string>> = {
  query: '',
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
  deep: 'application/json',
  bytes: 'application/x-www-form-urlencoded',
  list: 'application/json',
};

const percent = (text: string) => encodeURIComponent(text.toWellFormed());
const join = (pairs: readonly Pair[], encode: (text: string) => string) =>
  pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

const encoders = {
  rightly: (pairs: readonly Pair[]) => join(pairs, percent),
  /** The bytes as they are; what would end the line is left out. */
  raw: (pairs: readonly Pair[]) => join(pairs, (text) => bytesOf(text).replaceAll(/[\r\n ]/g, '')),
  broken: (pairs: readonly Pair[]) => `${join(pairs, percent).replaceAll(/%(.)/g, '%Z$1')}&%&=%E9&%u0000`,
  latin1: (pairs: readonly Pair[]) =>
    join(pairs, (text) =>
      text.replaceAll(
        /[^A-Za-z0-9]/g,
        (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`,
      ),
    ),
} as const;

function bytesOf(text: string): string {
  return Buffer.from(text.toWellFormed()).toString('latin1');
}

function valueFrom(values: readonly string[]): fc.Arbitrary<string> {
  const json = fc.json({ maxDepth: 3 });
  const part = (text: string) => Buffer.from(text).toString('base64url');
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values) },
    { weight: 3, arbitrary: fc.constantFrom(...nasty) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: json },
    {
      weight: 1,
      arbitrary: fc.tuple(json, json).map(([head, payload]) => `${part(head)}.${part(payload)}.AAAA`),
    },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 2_500 }).map((depth) => '{"a":'.repeat(depth) + '}'.repeat(depth)),
    },
  );
}

const nasty = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '%',
  '%00',
  'null',
  'undefined',
  'true',
  '-1',
  '0',
  '1e999',
  '9007199254740993',
  'NaN',
  '٣',
  '[]',
  '{}',
  '[object Object]',
  '__proto__',
  '../../etc/passwd',
  'https://evil.example/',
  'javascript:alert(1)',
  '"><script>alert(1)</script>',
  "';--",
  'a b\tc\nd',
  'x'.repeat(300),
  'é'.repeat(1_500),
  'x'.repeat(9_000),
];
