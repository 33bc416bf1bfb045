import { randomUUID } from 'node:crypto';
import { type ApplicationDeclaration, applicationDeclarationSchema } from '@psc/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Applications } from './applications.ts';

const SECRET = 'a-secret-of-the-tests';
const at = Date.parse('2026-03-02T09:00:00Z');
const signature = (reason = '') => ({ operator: 'camille', at, reason });

/** What every adapter of `Applications` must do. `open` answers one that holds no application. */
export function applicationsContract(open: () => Promise<Applications>): void {
  let applications: Applications;
  /** The history outlives the applications: each test has names of its own. */
  let clientId: string;
  beforeEach(async () => {
    applications = await open();
    clientId = `app-${randomUUID()}`;
  });

  const declared = (change: object = {}): ApplicationDeclaration =>
    applicationDeclarationSchema.parse({
      client_id: clientId,
      client_name: 'Dossier',
      redirect_uris: ['https://dossier.example/callback'],
      ...change,
    });
  const add = (declaration = declared(), status: 'requested' | 'approved' = 'approved', secret = SECRET) =>
    applications.change((changing) => changing.add({ declaration, status, secret }, signature()));
  const changeStatus = (from: 'requested' | 'approved' | 'suspended', to: 'approved' | 'suspended') =>
    applications.change((changing) => changing.changeStatus(clientId, { from, to }, signature('because')));

  describe('applications', () => {
    it('are found as they were added, by their identifier', async () => {
      const declaration = declared({
        client_uri: 'https://dossier.example/',
        contacts: ['it@dossier.example'],
        grant_types: ['urn:openid:params:grant-type:ciba'],
        jwks_uri: 'https://dossier.example/jwks',
        backchannel_token_delivery_mode: 'ping',
        backchannel_client_notification_endpoint: 'https://dossier.example/ping',
        psc: {
          kind: 'intermediary',
          organisation: { name: 'Éditeur', siret: '35600000000048' },
          ciba_channels: ['MOBILE'],
        },
      });
      await add(declaration, 'requested');
      expect(await applications.find(clientId)).toEqual({
        declaration,
        status: 'requested',
        secret: SECRET,
        formerSecret: undefined,
        registrationDigest: undefined,
        secretSince: at,
        createdAt: at,
        updatedAt: at,
      });
      expect(await applications.find(clientId.toUpperCase())).toBeUndefined();
    });

    it('are added once: a second one of the same name changes nothing', async () => {
      expect(await add()).toBe(true);
      expect(await add(declared({ client_name: 'Autre' }))).toBe(false);
      expect((await applications.find(clientId))?.declaration.client_name).toBe('Dossier');
      expect(await applications.history(clientId)).toHaveLength(1);
    });

    it('are added once, however many add it at once', async () => {
      const added = await Promise.all(Array.from({ length: 5 }, () => add()));
      expect(added.filter(Boolean)).toHaveLength(1);
    });

    it('keep neither status nor secret in what is declared', async () => {
      await add(declared({ client_secret: SECRET, psc: { status: 'approved' } }));
      const found = await applications.find(clientId);
      expect(found?.declaration).toEqual(declared());
    });

    it('are replaced, with a secret or without', async () => {
      await add();
      const declaration = declared({ client_name: 'Autre' });
      const replace = (id: string, secret: string) =>
        applications.change((changing) =>
          changing.replace(id, { declaration, secret }, { ...signature(), fields: ['client_name'] }),
        );
      expect(await replace(clientId, SECRET)).toBe(true);
      expect(await applications.find(clientId)).toMatchObject({
        declaration,
        secret: SECRET,
        secretSince: at,
      });
      expect(await replace(clientId, '')).toBe(true);
      expect(await applications.find(clientId)).toMatchObject({ secret: '', secretSince: undefined });
      expect(await replace('nobody', SECRET)).toBe(false);
      expect(await applications.find('nobody')).toBeUndefined();
    });

    it('change their status from where they stand, once', async () => {
      await add(declared(), 'requested');
      expect(await changeStatus('suspended', 'approved')).toBe(false);
      expect((await applications.find(clientId))?.status).toBe('requested');
      const approved = await Promise.all([1, 2, 3].map(() => changeStatus('requested', 'approved')));
      expect(approved.filter(Boolean)).toHaveLength(1);
      expect((await applications.find(clientId))?.status).toBe('approved');
    });

    it('change their secret, with the former one or without', async () => {
      await add();
      const changeSecret = (secret: string, formerUntil: number | undefined) =>
        applications.change((changing) =>
          changing.changeSecret(clientId, { secret, formerUntil }, { ...signature(), at: at + 1 }),
        );
      expect(await changeSecret('another-secret', at + 10)).toBe(true);
      expect(await applications.find(clientId)).toMatchObject({
        secret: 'another-secret',
        formerSecret: { value: SECRET, until: at + 10 },
        secretSince: at + 1,
      });
      expect(await changeSecret('a-third-secret', undefined)).toBe(true);
      expect(await applications.find(clientId)).toMatchObject({
        secret: 'a-third-secret',
        formerSecret: undefined,
      });
    });

    it('do not get a secret that they never had', async () => {
      await add(declared({ token_endpoint_auth_method: 'none' }), 'approved', '');
      const change = { secret: 'another-secret', formerUntil: undefined };
      expect(
        await applications.change((changing) => changing.changeSecret(clientId, change, signature())),
      ).toBe(false);
      expect((await applications.find(clientId))?.secret).toBe('');
    });

    it('are removed while they are requested, and never after', async () => {
      await add(declared(), 'requested');
      await changeStatus('requested', 'approved');
      const remove = () => applications.change((changing) => changing.remove(clientId, signature()));
      expect(await remove()).toBe(false);
      expect(await applications.find(clientId)).toBeDefined();
      clientId = `${clientId}-2`;
      await add(declared(), 'requested');
      expect(await remove()).toBe(true);
      expect(await applications.find(clientId)).toBeUndefined();
      expect((await applications.history(clientId)).map(({ event }) => event)).toEqual([
        'created',
        'removed',
      ]);
    });

    it('are listed by identifier, all of them or those asked for', async () => {
      await add(declared({ psc: { organisation: { name: 'Éditeur' } } }), 'requested');
      const first = clientId;
      clientId = `${clientId}-2`;
      await add(declared({ psc: { environment: 'test', kind: 'intermediary' } }));
      const ids = async (filter?: Parameters<Applications['list']>[0]) =>
        (await applications.list(filter)).map((one) => one.clientId);
      expect(await ids()).toEqual([first, clientId]);
      expect(await ids({ status: 'requested' })).toEqual([first]);
      expect(await ids({ environment: 'test' })).toEqual([clientId]);
      expect(await ids({ kind: 'intermediary', status: 'requested' })).toEqual([]);
      expect((await applications.list())[0]).toEqual({
        clientId: first,
        name: 'Dossier',
        status: 'requested',
        environment: 'production',
        kind: 'application',
        organisation: 'Éditeur',
        updatedAt: at,
      });
    });

    it('that registered themselves keep the digest of their own token', async () => {
      const added = { declaration: declared(), status: 'requested' as const, secret: SECRET };
      await applications.change((changing) =>
        changing.add({ ...added, registrationDigest: 'the digest' }, signature()),
      );
      expect(await applications.find(clientId)).toMatchObject({ registrationDigest: 'the digest' });
    });

    it('remember who changed what, when and why', async () => {
      await add(declared(), 'requested');
      await changeStatus('requested', 'approved');
      const of = { ...signature(), from: undefined, to: undefined, fields: [] };
      expect(await applications.history(clientId)).toEqual([
        { ...of, event: 'created', to: 'requested' },
        { ...of, event: 'status', from: 'requested', to: 'approved', reason: 'because' },
      ]);
    });

    it('change together or not at all', async () => {
      const failed = applications.change(async (changing) => {
        await changing.add({ declaration: declared(), status: 'approved', secret: SECRET }, signature());
        throw new Error('then something went wrong');
      });
      await expect(failed).rejects.toThrow('then something went wrong');
      expect(await applications.find(clientId)).toBeUndefined();
      expect(await applications.history(clientId)).toEqual([]);
    });
  });

  describe('registration tokens', () => {
    const token = () => ({ name: clientId, digest: `digest of ${clientId}`, most: 3, expiresAt: at + 1_000 });
    const addToken = () =>
      applications.change((changing) => changing.addRegistrationToken(token(), signature()));
    const spend = (digest = token().digest, now = at) =>
      applications.change((changing) => changing.spendRegistrationToken(digest, now));
    const own = async () => (await applications.registrationTokens()).filter(({ name }) => name === clientId);

    it('are added once by name, and listed without their digest', async () => {
      expect(await addToken()).toBe(true);
      expect(await addToken()).toBe(false);
      expect(await own()).toEqual([
        { name: clientId, most: 3, used: 0, expiresAt: at + 1_000, operator: 'camille' },
      ]);
    });

    it('are used so many times, however many use them at once', async () => {
      await addToken();
      const spent = await Promise.all([1, 2, 3, 4, 5].map(() => spend()));
      expect(spent.filter((name) => name === clientId)).toHaveLength(3);
      expect(await applications.mayRegister(token().digest, at)).toBe(false);
      expect(await own()).toMatchObject([{ used: 3 }]);
      expect(await spend()).toBeUndefined();
    });

    it('are not used when they are over, unknown or removed', async () => {
      await addToken();
      expect(await spend(token().digest, at + 1_000)).toBeUndefined();
      expect(await spend('another digest')).toBeUndefined();
      expect(await applications.mayRegister('another digest', at)).toBe(false);
      expect(await applications.mayRegister(token().digest, at)).toBe(true);
      expect(await applications.mayRegister(token().digest, at + 1_000)).toBe(false);
      expect(await own()).toMatchObject([{ used: 0 }]);
      const remove = () => applications.change((changing) => changing.removeRegistrationToken(clientId));
      expect(await remove()).toBe(true);
      expect(await remove()).toBe(false);
      expect(await spend()).toBeUndefined();
    });

    it('are not used by what fails', async () => {
      await addToken();
      const failed = applications.change(async (changing) => {
        await changing.spendRegistrationToken(token().digest, at);
        throw new Error('then something went wrong');
      });
      await expect(failed).rejects.toThrow('then something went wrong');
      expect(await own()).toMatchObject([{ used: 0 }]);
    });
  });
}
