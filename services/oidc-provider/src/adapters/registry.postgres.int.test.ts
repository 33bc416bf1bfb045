import { createSeal, type Postgres } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationsContract } from '#src/ports/applications.contract.ts';
import { application } from '#src/testing/applications.ts';
import { sealKeys } from '#src/testing/keys.ts';
import { createEnsureSigningKeys } from '#src/use-cases/ensure-signing-keys.ts';
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

const ensureKeys = () =>
  createEnsureSigningKeys({
    keys: createPostgresSigningKeys(postgres, seal),
    generate: generateSigningKey,
  })();

describe('the secrets of applications', () => {
  it('are sealed, each for its own application', async () => {
    const applications = createPostgresApplications(postgres, seal);
    await applications.save(application({ clientId: 'dossier', secret: 'the-secret-of-dossier' }));
    await applications.save(application({ clientId: 'agenda', secret: 'the-secret-of-agenda' }));
    const { rows } = await postgres.query('SELECT * FROM applications');
    expect(JSON.stringify(rows)).not.toContain('the-secret');
    await postgres.query(
      `UPDATE applications SET secret = (SELECT secret FROM applications WHERE client_id = 'agenda')
       WHERE client_id = 'dossier'`,
    );
    await expect(applications.find('dossier')).rejects.toThrow('cannot be read');
  });
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
    await createPostgresApplications(postgres, seal).save(application({ clientId: 'dossier' }));
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
    await createPostgresApplications(postgres, seal).save(dossier);
    await ensureKeys();
    const contents = await open().read();
    expect(contents.applications).toEqual([dossier]);
    expect(contents.signingKeys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
    expect(contents.revision).toBe(await open().revision());
  });

  it('leaves out what it cannot read, and says so, rather than stop every login', async () => {
    const applications = createPostgresApplications(postgres, seal);
    await applications.save(application({ clientId: 'dossier' }));
    await applications.save(application({ clientId: 'casse' }));
    await postgres.query("UPDATE applications SET secret = 's1.k1.AAAA' WHERE client_id = 'casse'");
    await applications.save(application({ clientId: 'etrange' }));
    await postgres.query(
      `UPDATE applications SET declaration = '{"redirect_uris": 1}' WHERE client_id = 'etrange'`,
    );
    await ensureKeys();
    await postgres.query("UPDATE signing_keys SET private_jwk = 'x' WHERE alg = 'ES256'");
    const unreadable: string[] = [];
    const contents = await open(unreadable).read();
    expect(contents.applications.map(({ clientId }) => clientId)).toEqual(['dossier']);
    expect(contents.signingKeys.map(({ alg }) => alg)).toEqual(['RS256']);
    expect(unreadable).toHaveLength(3);
  });

  it('tells of a change at once, even after its connection was lost', async () => {
    let nudges = 0;
    const unwatch = open().watch(() => {
      nudges += 1;
    });
    const change = () =>
      createPostgresApplications(postgres, seal).save(application({ clientId: 'dossier' }));
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
