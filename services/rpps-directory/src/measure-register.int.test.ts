import { randomBytes } from 'node:crypto';
import { createSeal, openPostgres } from '@psc/datastores';
import { layCable } from '@psc/datastores/breakable-cable';
import { createMetrics } from '@psc/runtime';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createFollower } from './adapters/follower.postgres.ts';
import { createPostgresRegister } from './adapters/register.postgres.ts';
import type { FileKind } from './domain/stored-rows.ts';
import { lists } from './lists.ts';
import { measureRegister } from './measure-register.ts';
import { emptyRegister } from './testing/empty-register.ts';
import { extract, lambda, martin, run } from './testing/extracts.ts';

const { postgres, url, close } = await openTestDatabase(new URL('../migrations/', import.meta.url));
const cable = await layCable(url);
const measured = openPostgres({ url: cable.url, poolSize: 2, onError: () => undefined });
const register = createPostgresRegister({
  postgres,
  seal: createSeal(`k1:${randomBytes(32).toString('base64')}`),
});
const imports = (kind: FileKind, ...people: readonly string[]) =>
  register.import(
    extract(
      kind,
      people.map((each) => run(each)),
    ),
    { operator: 'test', force: 'a small file' },
  );
let metrics = createMetrics('test');

beforeEach(async () => {
  cable.mend();
  await emptyRegister(postgres);
  await postgres.query('TRUNCATE listed_people, listed_words, register_followers, changes');
  await postgres.query('TRUNCATE published_roles, published_structures');
  metrics = createMetrics('test');
  measureRegister({ metrics, postgres: measured, names: ['people', 'places'] });
});
afterAll(async () => {
  await measured.close();
  await cable.close();
  await close();
});

/** As a scrape reads them: those of one name, by their one label. */
async function values(name: string): Promise<Record<string, number>> {
  const found = (await metrics.metrics()).matchAll(
    new RegExp(`^rpps_register_${name}\\{(?:\\w+="(\\w+)",)?service="test"\\} (\\S+)$`, 'gm'),
  );
  return Object.fromEntries([...found].map(([, label = '', value]) => [label, Number(value)]));
}

describe('the metrics of the register', () => {
  it('say when each kind was last imported, not counting what was undone', async () => {
    expect(await values('imported_timestamp_seconds')).toEqual({});
    const before = Date.now() / 1000 - 5;
    await imports('personne_activite', lambda, martin);
    const first = await values('imported_timestamp_seconds');
    expect(first).toEqual({ personne_activite: expect.any(Number) });
    expect(first.personne_activite).toBeGreaterThan(before);
    await imports('personne_activite', lambda);
    expect((await values('imported_timestamp_seconds')).personne_activite).toBeGreaterThan(
      first.personne_activite ?? 0,
    );
    await register.rollBack('personne_activite', { operator: 'test', reason: 'a bad file' });
    expect(await values('imported_timestamp_seconds')).toEqual(first);
  });

  it('say how far behind each list is, and since when', async () => {
    expect(await values('list_behind_versions')).toEqual({ people: 0, places: 0 });
    expect(await values('list_behind_seconds')).toEqual({ people: 0, places: 0 });
    await imports('personne_activite', lambda, martin);
    await imports('personne_activite', lambda);
    expect(await values('list_behind_versions')).toEqual({ people: 2, places: 2 });
    await postgres.query("UPDATE versions SET finished_at = finished_at - interval '1 hour' WHERE id = 1");
    expect((await values('list_behind_seconds')).places).toBeGreaterThanOrEqual(3600);
    await createFollower(postgres, lists.people).catchUp();
    expect(await values('list_behind_versions')).toEqual({ people: 0, places: 2 });
    expect((await values('list_behind_seconds')).people).toBe(0);
    await createFollower(postgres, lists.places).catchUp();
    await imports('personne_activite', lambda, martin);
    // In the middle of a version.
    await postgres.query('UPDATE register_followers SET version_id = 3, subject = $1', [martin]);
    expect(await values('list_behind_versions')).toEqual({ people: 1, places: 1 });
    expect((await values('list_behind_seconds')).places).toBeLessThan(3600);
  });

  it('say how many events wait', async () => {
    await imports('personne_activite', lambda, martin);
    await imports('personne_activite', lambda);
    expect(await values('events_waiting')).toEqual({ '': 1 });
    await postgres.query('UPDATE register_events SET queued_at = now()');
    expect(await values('events_waiting')).toEqual({ '': 0 });
  });

  it.each(['cut', 'mute'] as const)(
    'fail no scrape without PostgreSQL (%s), and are there again with it',
    async (lose) => {
      await imports('personne_activite', lambda);
      const before = await values('imported_timestamp_seconds');
      cable[lose]();
      expect(await values('list_behind_versions')).toEqual({ people: Number.NaN, places: Number.NaN });
      expect(await values('events_waiting')).toEqual({ '': Number.NaN });
      expect(await values('imported_timestamp_seconds')).toEqual(before);
      cable.mend();
      await expect
        .poll(() => values('list_behind_versions'), { timeout: 20_000 })
        .toEqual({ people: 1, places: 1 });
    },
  );
});
