import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AskFigures, ask, type Question } from './ask.ts';
import type { RegisterService } from './register-service.ts';

export async function measureRegister(service: RegisterService, seconds: number): Promise<AskFigures[]> {
  const figures: AskFigures[] = [];
  for (const question of await describeQuestions(service)) {
    const authorization = `Bearer ${await service.caller.tokenFor('rpps-directory')}`;
    figures.push(await ask(question, { ...service, headers: { authorization } }, seconds));
  }
  return figures;
}

/** Lookups as logins ask them, with nothing else to do, and while the lists of people and of places are made again. */
export async function measureWhileListing(service: RegisterService, seconds: number): Promise<AskFigures[]> {
  const { rows } = await service.database.query<{ national_id: string }>(
    'SELECT national_id FROM listed_people WHERE active ORDER BY md5(id::text) LIMIT 5000',
  );
  const next = () => ({
    path: '/internal/professionals/lookup',
    body: { nationalId: drawn(rows).national_id },
  });
  const measure = async (name: string) => {
    const authorization = `Bearer ${await service.caller.tokenFor('rpps-directory')}`;
    const question = { name, parallel: 64, perSecond: 200, next };
    return ask(question, { ...service, headers: { authorization } }, seconds);
  };
  const quiet = await measure('lookup');
  await service.database.query('DELETE FROM register_followers');
  await service.database.query("SELECT pg_notify('register', '')");
  return [quiet, await measure('lookup while lists are made again')];
}

/**
 * The same exchange with a bare `node:http` that parses the question and sends as many bytes: what HTTP itself costs on this
 * machine, at this moment.
 */
export async function measureBareHttp(bytes: number, seconds: number): Promise<AskFigures[]> {
  const program = `require('node:http').createServer((q, r) => {
    let text = ''; q.setEncoding('utf8').on('data', (c) => { text += c }).on('end', () => {
      JSON.parse(text); r.setHeader('content-type', 'application/json'); r.end('x'.repeat(${bytes})) })
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  const asked = { origin: `http://127.0.0.1:${Number(port)}`, pid: child.pid ?? 0, headers: {} };
  const next = () => ({ path: '/', body: { nationalId: '8' } });
  try {
    const figures: AskFigures[] = [];
    for (const load of [{ parallel: 32 }, { parallel: 64, perSecond: 4_000 }])
      figures.push(await ask({ name: 'bare node:http', ...load, next }, asked, seconds));
    return figures;
  } finally {
    child.kill();
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
    ...[
      { parallel: 64 },
      { parallel: 32 },
      { parallel: 16 },
      { parallel: 8 },
      { parallel: 1 },
      { parallel: 64, perSecond: 2_000 },
      { parallel: 64, perSecond: 4_000 },
    ].map((load) => ({ name: 'lookup by RPPS number', ...load, next: () => lookup(person().national_id) })),
    ...(declared.length > 0
      ? [{ name: 'lookup by ADELI number', parallel: 32, next: () => lookup(drawn(declared).identifier) }]
      : []),
    { name: 'search: all of these', parallel: 2, next: () => drawn(kinds)(person()) },
    ...Object.entries(searches).map(([name, ask]) => ({ name, parallel: 1, next: () => ask(person()) })),
    {
      name: 'FHIR: Practitioner by RPPS number',
      parallel: 2,
      next: () => fhir(`Practitioner?identifier=${person().national_id}`),
    },
    {
      name: 'FHIR: Practitioner by family and given name',
      parallel: 2,
      next: () => {
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
