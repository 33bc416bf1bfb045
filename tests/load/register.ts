import { spawn } from 'node:child_process';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { figuresOf } from './process-figures.ts';
import type { RegisterService } from './register-service.ts';

/** What one kind of question costs rpps-directory. */
export interface QuestionFigures {
  readonly name: string;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  /** CPU of the process, in microseconds for each. */
  readonly cpuMicros: number;
}

interface Question {
  readonly name: string;
  readonly parallel: number;
  ask(): Ask;
}
interface Ask {
  readonly path: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

const WARM_UP_SECONDS = 3;

export async function measureRegister(service: RegisterService, seconds: number): Promise<QuestionFigures[]> {
  const figures: QuestionFigures[] = [];
  for (const question of await describeQuestions(service))
    figures.push(await measure(question, service.origin, service.pid, seconds, await callHeaders(service)));
  return figures;
}

/**
 * The same exchange with a bare `node:http` that parses the question and sends as many bytes: what HTTP itself costs on this
 * machine, at this moment.
 */
export async function measureBareHttp(bytes: number, seconds: number): Promise<QuestionFigures> {
  const program = `require('node:http').createServer((q, r) => {
    let text = ''; q.setEncoding('utf8').on('data', (c) => { text += c }).on('end', () => {
      JSON.parse(text); r.setHeader('content-type', 'application/json'); r.end('x'.repeat(${bytes})) })
  }).listen(+process.argv[1], '127.0.0.1', () => console.log('ready'))`;
  const port = await freePort();
  const child = spawn(process.execPath, ['-e', program, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const question = {
    name: 'bare node:http',
    parallel: 32,
    ask: () => ({ path: '/', body: { nationalId: '8' } }),
  };
  const figures = await measure(question, `http://127.0.0.1:${port}`, child.pid ?? 0, seconds, {});
  child.kill();
  return figures;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on an address and a port has both.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function callHeaders({ caller }: RegisterService): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await caller.tokenFor('rpps-directory')}` };
}

async function measure(
  question: Question,
  origin: string,
  pid: number,
  seconds: number,
  headers: Record<string, string>,
): Promise<QuestionFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: question.parallel });
  await run(WARM_UP_SECONDS);
  const [before, started] = [figuresOf(pid).cpuMs, performance.now()];
  const { durations, failed } = await run(seconds);
  const elapsed = (performance.now() - started) / 1000;
  const cpuMs = figuresOf(pid).cpuMs - before;
  agent.destroy();
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return {
    name: `${question.name}, ${question.parallel} at once`,
    perSecond: durations.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    failed,
    cpuMicros: (cpuMs * 1000) / durations.length,
  };

  async function run(forSeconds: number) {
    const until = performance.now() + forSeconds * 1000;
    const durations: number[] = [];
    let failed = 0;
    await Promise.all(
      Array.from({ length: question.parallel }, async () => {
        while (performance.now() < until) {
          const began = performance.now();
          if ((await send(question.ask())) !== 200) failed++;
          durations.push(performance.now() - began);
        }
      }),
    );
    return { durations, failed };
  }

  function send({ path, body, headers: more }: Ask): Promise<number> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const call = request(`${origin}${path}`, {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          ...more,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      });
      call.on('error', reject);
      call.on('response', (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      });
      call.end(text);
    });
  }
}

/** People drawn from the register itself, so that common names are asked for as often as they are borne. */
async function describeQuestions({ database, fhirKey }: RegisterService): Promise<Question[]> {
  const { rows: sampled } = await database.query<Sampled>(
    `SELECT national_id, family_key, given_key, facets FROM listed_people
     WHERE length(split_part(family_key, ' ', 1)) > 4 AND active ORDER BY md5(id::text) LIMIT 5000`,
  );
  const { rows: declared } = await database.query<{ identifier: string }>(
    'SELECT identifier FROM declared_identifiers LIMIT 5000',
  );
  const person = () => drawn(sampled);
  const lookup = (nationalId: string) => ({ path: '/internal/professionals/lookup', body: { nationalId } });
  const search = (criteria: object) => ({ path: '/internal/professionals/search', body: criteria });
  const fhir = (query: string) => ({
    path: `/fhir/v2/${query}`,
    headers: { authorization: '', 'esante-api-key': fhirKey },
  });
  const first = (key: string) => key.split(' ')[0] ?? key;
  const searches = {
    'search: family and given name': ({ family_key, given_key }: Sampled) =>
      search({ name: `${given_key} ${family_key}` }),
    'search: family name': ({ family_key }: Sampled) => search({ name: family_key }),
    'search: 2 letters': ({ family_key }: Sampled) => search({ name: family_key.slice(0, 2) }),
    'search: 3 letters': ({ family_key }: Sampled) => search({ name: family_key.slice(0, 3) }),
    'search: within a word': ({ family_key }: Sampled) => search({ name: first(family_key).slice(1, 6) }),
    'search: name, profession, department': ({ family_key, facets }: Sampled) =>
      search({
        name: first(family_key),
        profession: codeOf(facets, 'profession'),
        department: codeOf(facets, 'department'),
      }),
    'search: profession and department': ({ facets }: Sampled) =>
      search({ profession: codeOf(facets, 'profession'), department: codeOf(facets, 'department') }),
  };
  const kinds = Object.values(searches);
  return [
    { name: 'lookup by RPPS number', parallel: 8, ask: () => lookup(person().national_id) },
    { name: 'lookup by RPPS number', parallel: 32, ask: () => lookup(person().national_id) },
    ...(declared.length > 0
      ? [{ name: 'lookup by ADELI number', parallel: 32, ask: () => lookup(drawn(declared).identifier) }]
      : []),
    { name: 'search: all of these', parallel: 2, ask: () => drawn(kinds)(person()) },
    ...Object.entries(searches).map(([name, ask]) => ({ name, parallel: 1, ask: () => ask(person()) })),
    {
      name: 'FHIR: Practitioner by RPPS number',
      parallel: 2,
      ask: () => fhir(`Practitioner?identifier=${person().national_id}`),
    },
    {
      name: 'FHIR: Practitioner by family and given name',
      parallel: 2,
      ask: () => {
        const { family_key, given_key } = person();
        return fhir(
          `Practitioner?${new URLSearchParams({ family: family_key, given: given_key, _count: '20' })}`,
        );
      },
    },
  ];
}

interface Sampled {
  readonly national_id: string;
  readonly family_key: string;
  readonly given_key: string;
  readonly facets: readonly string[];
}

function codeOf(facets: readonly string[], name: string): string | undefined {
  return facets.find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1);
}

function drawn<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new RangeError('there is nothing to draw from');
  return item;
}

/** Tables of the register with their indexes, the largest first. */
export async function tableSizes({ database }: RegisterService): Promise<Record<string, object>> {
  const { rows } = await database.query<{ name: string; rows: number; table_mb: number; indexes_mb: number }>(
    `SELECT relname AS name, greatest(reltuples, 0)::int AS rows, (pg_table_size(oid) / 1048576)::int AS table_mb,
       (pg_indexes_size(oid) / 1048576)::int AS indexes_mb
     FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_table_size(oid) > 1048576
     ORDER BY pg_total_relation_size(oid) DESC LIMIT 20`,
  );
  return Object.fromEntries(
    rows.map(({ name, rows, table_mb, indexes_mb }) => [
      name,
      { rows, 'table MB': table_mb, 'indexes MB': indexes_mb },
    ]),
  );
}
