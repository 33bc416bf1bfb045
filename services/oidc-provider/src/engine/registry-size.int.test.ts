import { MOST_APPLICATIONS } from '@psc/contracts';
import { createSeal, type Postgres, type Seal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createPostgresRegistry } from '#src/adapters/registry.postgres.ts';
import { application, declarationOf } from '#src/testing/applications.ts';
import { sealKeys } from '#src/testing/keys.ts';
import { createApplyApplications } from '#src/use-cases/apply-applications.ts';
import { createChangeStatus } from '#src/use-cases/change-status.ts';
import { createWorkingApplications } from './working-applications.ts';

/** A change of one application stands in the way of no login, however many there are. Far above what it takes. */
const A_CHANGE_TAKES_AT_MOST_MS = 400;

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let postgres: Postgres;
const seal: Seal = createSeal(sealKeys());
beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  postgres = database.postgres;
});
afterAll(() => database?.close());

const idOf = (index: number) => `application-${index}`;

/** As the commands would have written them, in one statement. */
async function fill(from: number, to: number): Promise<void> {
  const made = Array.from({ length: to - from }, (_, index) =>
    application({
      clientId: idOf(from + index),
      name: `Application numéro ${from + index}`,
      environment: 'production',
    }),
  );
  await postgres.query(
    `INSERT INTO applications (client_id, status, secret, declaration)
     SELECT id, 'approved', secret, declaration
     FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS made (id, secret, declaration)`,
    [
      made.map(({ clientId }) => clientId),
      made.map(({ clientId, secret }) => seal.seal(`application:${clientId}:secret`, secret)),
      made.map((each) => JSON.stringify(declarationOf(each))),
    ],
  );
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const began = performance.now();
  const result = await work();
  return { result, ms: performance.now() - began };
}

it('holds as many applications as it says, and takes up a change of one without reading the others', async () => {
  const registry = createPostgresRegistry(postgres, seal, () => undefined);
  const changeStatus = createChangeStatus({ applications: createPostgresApplications(postgres, seal) });
  const working = createWorkingApplications('refuse', { warn: () => undefined });
  let count = 0;
  for (const most of [300, 2_000, MOST_APPLICATIONS]) {
    await fill(count, most);
    count = most;
    const heapBefore = process.memoryUsage().heapUsed;
    const whole = await timed(() => registry.read());
    const heap = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
    working.take(whole.result.applications);
    expect(whole.result.applications.size).toBe(most);

    let known = whole.result;
    const changes: number[] = [];
    for (const to of ['suspended', 'approved', 'suspended', 'approved', 'suspended'] as const) {
      const signature = { operator: 'camille', at: Date.now(), reason: '' };
      await changeStatus(idOf(most - 1), to, signature);
      const change = await timed(async () => {
        const read = await registry.read(known);
        working.take(read.applications);
        return read;
      });
      known = change.result;
      changes.push(change.ms);
      expect(working.get(idOf(most - 1)) !== undefined).toBe(to === 'approved');
    }
    const median = changes.toSorted((one, other) => one - other)[2] ?? 0;
    console.log(
      `${most} applications: read whole in ${whole.ms.toFixed(0)} ms, heap +${heap.toFixed(0)} MB with its garbage; a change of one taken up in ${median.toFixed(1)} ms`,
    );
    expect(median).toBeLessThan(A_CHANGE_TAKES_AT_MOST_MS);
    await changeStatus(idOf(most - 1), 'approved', { operator: 'camille', at: Date.now(), reason: '' });
  }
  const addOne = createPostgresApplications(postgres, seal).change((changing) => {
    const declaration = declarationOf(application({ clientId: 'de-trop', environment: 'production' }));
    const signature = { operator: 'camille', at: Date.now(), reason: '' };
    return changing.add({ declaration, status: 'requested', secret: '' }, signature);
  });
  expect(await addOne).toBe(false);
  const apply = createApplyApplications({
    applications: createPostgresApplications(postgres, seal),
    inventSecret: () => 'a-secret-of-the-tests',
  });
  const signature = { operator: 'camille', at: Date.now(), reason: '' };
  const two = ['de-trop', idOf(0)].map((clientId) =>
    declarationOf(application({ clientId, environment: 'production' })),
  );
  expect(await apply(two, { signature })).toEqual({ ok: false, refusal: 'registry_full' });
}, 120_000);
