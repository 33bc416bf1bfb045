import { createSeal, type Postgres } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationsContract } from '#src/ports/applications.contract.ts';
import { signingKeysContract } from '#src/ports/signing-keys.contract.ts';
import { application, declarationOf, saveApplicationIn } from '#src/testing/applications.ts';
import { sealKeys } from '#src/testing/keys.ts';
import { createEnsureSigningKeys } from '#src/use-cases/change-signing-keys.ts';
import { createPostgresApplications } from './applications.postgres.ts';
import { createPostgresRegistry } from './registry.postgres.ts';
import { generateSigningKey } from './signing-keys.jose.ts';
import { createPostgresSigningKeys } from './signing-keys.postgres.ts';

const seal = createSeal(sealKeys());
let database: Awaited<ReturnType<typeof openTestDatabase>>;
let postgres: Postgres;

beforeAll(async () => {
  database = await openTestDatabase(new URL('../../migrations/', import.meta.url));
  postgres = database.postgres;
});
afterAll(() => database?.close());
beforeEach(() => postgres.query('TRUNCATE applications, signing_keys'));

applicationsContract(async () => createPostgresApplications(postgres, seal));

const save = (change: Parameters<typeof application>[0]) =>
  saveApplicationIn(createPostgresApplications(postgres, seal), application(change));
const ensureKeys = () =>
  createEnsureSigningKeys({
    keys: createPostgresSigningKeys(postgres, seal),
    generate: generateSigningKey,
  })();

describe('the secrets of applications', () => {
  it('are sealed, each for its own application', async () => {
    const applications = createPostgresApplications(postgres, seal);
    await save({ clientId: 'dossier', secret: 'the-secret-of-dossier' });
    await save({ clientId: 'agenda', secret: 'the-secret-of-agenda' });
    const { rows } = await postgres.query('SELECT * FROM applications');
    expect(JSON.stringify(rows)).not.toContain('the-secret');
    await postgres.query(
      `UPDATE applications SET secret = (SELECT secret FROM applications WHERE client_id = 'agenda')
       WHERE client_id = 'dossier'`,
    );
    await expect(applications.find('dossier')).rejects.toThrow('cannot be read');
  });
});

describe('what is kept of applications', () => {
  it('has no e-mail address in clear', async () => {
    const declaration = {
      ...declarationOf(application({ clientId: 'dossier' })),
      contacts: ['it@dossier.example'],
    };
    const applications = createPostgresApplications(postgres, seal);
    const signature = { operator: 'camille', at: Date.now(), reason: '' };
    await applications.change((changing) =>
      changing.add({ declaration, status: 'approved', secret: '' }, signature),
    );
    const { rows } = await postgres.query('SELECT * FROM applications');
    expect(JSON.stringify(rows)).not.toContain('it@');
    expect((await applications.find('dossier'))?.declaration.contacts).toEqual(['it@dossier.example']);
  });

  it.each([
    'UPDATE application_history SET operator = $1',
    'DELETE FROM application_history WHERE operator <> $1',
  ])('has a history that nobody rewrites: %s', async (statement) => {
    await save({ clientId: 'dossier' });
    await expect(postgres.query(statement, ['nobody'])).rejects.toThrow('only added to');
  });
});

signingKeysContract(async () => {
  await postgres.query('DELETE FROM signing_keys');
  return createPostgresSigningKeys(postgres, seal);
});

describe('the signing keys', () => {
  it('are made once, one for each algorithm, however many replicas make them at once', async () => {
    const made = (await Promise.all([ensureKeys(), ensureKeys(), ensureKeys()])).flat();
    expect(made).toHaveLength(2);
    expect(await ensureKeys()).toEqual([]);
    const keys = await createPostgresSigningKeys(postgres, seal).list();
    expect(keys.map(({ alg, state }) => `${alg} ${state}`).sort()).toEqual([
      'ES256 current',
      'RS256 current',
    ]);
    for (const { kid, privateJwk } of keys) {
      expect(kid).toBe(await calculateJwkThumbprint(privateJwk, 'sha256'));
      if (privateJwk.kty === 'RSA') expect(Buffer.from(privateJwk.n ?? '', 'base64url')).toHaveLength(256);
    }
  });

  it('are sealed: neither another seal nor another row reads them', async () => {
    await ensureKeys();
    const { rows } = await postgres.query('SELECT private_jwk FROM signing_keys');
    expect(JSON.stringify(rows)).not.toMatch(/"d"|"kty"/);
    await expect(createPostgresSigningKeys(postgres, createSeal(sealKeys())).list()).rejects.toThrow(
      'sealed',
    );
    await postgres.query(`UPDATE signing_keys SET kid = kid || 'x'`);
    await expect(createPostgresSigningKeys(postgres, seal).list()).rejects.toThrow('sealed');
  });
});

describe('the registry', () => {
  const open = (unreadable: string[] = []) =>
    createPostgresRegistry(postgres, seal, (what) => unreadable.push(what));

  it('has another revision after every change, and the same one without', async () => {
    const registry = open();
    const revisions = [await registry.revision(), await registry.revision()];
    await save({ clientId: 'dossier' });
    revisions.push(await registry.revision());
    await ensureKeys();
    revisions.push(await registry.revision());
    await postgres.query("DELETE FROM applications WHERE client_id = 'dossier'");
    revisions.push(await registry.revision());
    expect(revisions[0]).toBe(revisions[1]);
    expect(new Set(revisions).size).toBe(4);
  });

  it('reads applications and keys', async () => {
    const dossier = application({ clientId: 'dossier' });
    await save(dossier);
    await ensureKeys();
    const contents = await open().read();
    expect([...contents.applications.values()]).toEqual([dossier]);
    expect(contents.signingKeys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
    expect(contents.revision).toBe(await open().revision());
  });

  it('reads again what changed, and keeps what did not', async () => {
    await save({ clientId: 'dossier' });
    await save({ clientId: 'agenda' });
    await save({ clientId: 'demande', status: 'requested' });
    const registry = open();
    const before = await registry.read();
    expect([...before.applications.keys()]).toEqual(['agenda', 'dossier']);

    await save({ clientId: 'agenda', status: 'suspended' });
    await save({ clientId: 'demande', status: 'approved' });
    await save({ clientId: 'nouveau' });
    const after = await registry.read(before);
    expect([...after.applications.keys()].sort()).toEqual(['demande', 'dossier', 'nouveau']);
    expect(after.applications.get('dossier')).toBe(before.applications.get('dossier'));
    expect(after.revision).toBe(await registry.revision());
    // What was read is not changed under the hands of who has it.
    expect(before.applications.has('agenda')).toBe(true);
  });

  it('misses what was deleted, whatever else changed with it', async () => {
    await save({ clientId: 'dossier' });
    await save({ clientId: 'agenda' });
    const registry = open();
    const before = await registry.read();
    await postgres.transaction(async (tx) => {
      await tx.query("DELETE FROM applications WHERE client_id = 'agenda'");
      await tx.query(
        "INSERT INTO applications (client_id, status, declaration) SELECT 'copie', status, declaration FROM applications",
      );
    });
    expect([...(await registry.read(before)).applications.keys()].sort()).toEqual(['copie', 'dossier']);
  });

  it('knows one that it could not read as soon as it can', async () => {
    await save({ clientId: 'dossier' });
    await postgres.query("UPDATE applications SET secret = 's1.k1.AAAA'");
    const registry = open();
    const before = await registry.read();
    expect(before.applications.size).toBe(0);
    await save({ clientId: 'agenda' });
    const between = await registry.read(before);
    expect([...between.applications.keys()]).toEqual(['agenda']);
    await postgres.query("UPDATE applications SET secret = NULL WHERE client_id = 'dossier'");
    expect([...(await registry.read(between)).applications.keys()].sort()).toEqual(['agenda', 'dossier']);
  });

  it('leaves out what it cannot read, and says so, rather than stop every login', async () => {
    await save({ clientId: 'dossier' });
    await save({ clientId: 'casse' });
    await postgres.query("UPDATE applications SET secret = 's1.k1.AAAA' WHERE client_id = 'casse'");
    await save({ clientId: 'etrange' });
    await postgres.query(
      `UPDATE applications SET declaration = '{"redirect_uris": 1}' WHERE client_id = 'etrange'`,
    );
    await ensureKeys();
    await postgres.query("UPDATE signing_keys SET private_jwk = 'x' WHERE alg = 'ES256'");
    const unreadable: string[] = [];
    const contents = await open(unreadable).read();
    expect([...contents.applications.keys()]).toEqual(['dossier']);
    expect(contents.signingKeys.map(({ alg }) => alg)).toEqual(['RS256']);
    expect(unreadable).toHaveLength(3);
  });

  it('tells of a change at once, even after its connection was lost', async () => {
    let nudges = 0;
    const unwatch = open().watch(() => {
      nudges += 1;
    });
    const change = () => save({ clientId: 'dossier' });
    const heard = async () => {
      const before = nudges;
      await change();
      await expect.poll(() => nudges, { timeout: 400 }).toBeGreaterThan(before);
    };
    await expect.poll(heard, { timeout: 5_000 }).toBeUndefined();
    await postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE query = 'LISTEN registry_changed' AND datname = current_database()`,
    );
    await expect.poll(heard, { timeout: 8_000 }).toBeUndefined();
    unwatch();
  });
});
