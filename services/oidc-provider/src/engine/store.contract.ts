import { randomBytes } from 'node:crypto';
import { errors } from 'oidc-provider';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineStore } from './store.ts';

const random = () => randomBytes(32).toString('base64url');
const hour = 3600;

/** What every `EngineStore` must do, in parallel too. `open` answers an empty one. */
export function storeContract(open: () => Promise<EngineStore>): void {
  let store: EngineStore;
  beforeEach(async () => {
    store = await open();
  });

  describe.each(['AccessToken', 'Grant', 'Interaction', 'AuthorizationCode', 'RefreshToken'])(
    '%s',
    (model) => {
      it('is found as it was saved, by its identifier, until it is destroyed', async () => {
        const records = store.adapterFor(model);
        const [id, other] = [random(), random()];
        await records.upsert(id, { jti: id, accountId: 'somebody' }, hour);
        await records.upsert(other, { jti: other, accountId: 'somebody else' }, hour);
        expect(await records.find(id)).toEqual({ jti: id, accountId: 'somebody' });
        await records.destroy(id);
        expect(await records.find(id)).toBeUndefined();
        expect(await records.find(other)).toEqual({ jti: other, accountId: 'somebody else' });
      });

      it('is replaced when saved again', async () => {
        const records = store.adapterFor(model);
        const id = random();
        await records.upsert(id, { jti: id, scope: 'openid' }, hour);
        await records.upsert(id, { jti: id, scope: 'openid scope_all' }, hour);
        expect(await records.find(id)).toEqual({ jti: id, scope: 'openid scope_all' });
      });

      it('is not the record of another model with the same identifier', async () => {
        const id = random();
        await store.adapterFor(model).upsert(id, { jti: id }, hour);
        expect(await store.adapterFor('ReplayDetection').find(id)).toBeUndefined();
      });

      it('is not found by an identifier that nobody saved', async () => {
        for (const id of [random(), '', '../x', '*', '\u0000', 'é'.repeat(5_000)]) {
          expect(await store.adapterFor(model).find(id)).toBeUndefined();
        }
      });

      it('survives the revocation of its grant by the index that we do not keep', async () => {
        const id = random();
        await store.adapterFor(model).upsert(id, { jti: id, grantId: 'g' }, hour);
        await store.adapterFor(model).revokeByGrantId('g');
        expect(await store.adapterFor(model).find(id)).toBeDefined();
      });
    },
  );

  describe.each(['AuthorizationCode', 'RefreshToken', 'PushedAuthorizationRequest'])(
    'redeeming: %s',
    (model) => {
      it('succeeds once and is remembered', async () => {
        const records = store.adapterFor(model);
        const id = random();
        await records.upsert(id, { jti: id }, hour);
        await records.consume(id);
        await expect(records.consume(id)).rejects.toThrow(errors.InvalidGrant);
        expect(await records.find(id)).toEqual({ jti: id, consumed: expect.any(Number) });
      });

      it('succeeds for exactly one of many at once', async () => {
        const records = store.adapterFor(model);
        for (const parallel of [2, 3, 8, 20]) {
          const id = random();
          await records.upsert(id, { jti: id }, hour);
          const redeemed = await Promise.allSettled(
            Array.from({ length: parallel }, () => records.consume(id)),
          );
          expect(redeemed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        }
      });

      it('fails for what was revoked meanwhile, and does not bring it back', async () => {
        const records = store.adapterFor(model);
        const id = random();
        await records.upsert(id, { jti: id }, hour);
        await records.destroy(id);
        await expect(records.consume(id)).rejects.toThrow(errors.InvalidGrant);
        await expect(records.consume(random())).rejects.toThrow(errors.InvalidGrant);
        expect(await records.find(id)).toBeUndefined();
        await expect(records.consume(id)).rejects.toThrow(errors.InvalidGrant);
      });

      it('stays redeemed when the record is saved again', async () => {
        const records = store.adapterFor(model);
        const id = random();
        await records.upsert(id, { jti: id }, hour);
        await records.consume(id);
        await records.upsert(id, { jti: id, scope: 'openid' }, hour);
        await expect(records.consume(id)).rejects.toThrow(errors.InvalidGrant);
      });
    },
  );

  describe('DeviceCode', () => {
    const typed = () => random().slice(0, 8);

    it('is found by the code that is typed for it, as it was last saved, and by no other', async () => {
      const codes = store.adapterFor('DeviceCode');
      const [id, userCode, other] = [random(), typed(), random()];
      await codes.upsert(id, { jti: id, userCode }, hour);
      await codes.upsert(other, { jti: other, userCode: typed() }, hour);
      expect(await codes.findByUserCode(userCode)).toEqual({ jti: id, userCode });
      await codes.upsert(id, { jti: id, userCode, inFlight: true }, hour);
      expect(await codes.findByUserCode(userCode)).toEqual({ jti: id, userCode, inFlight: true });
      for (const guess of [typed(), '', id, '*']) expect(await codes.findByUserCode(guess)).toBeUndefined();
    });

    it('is confirmed by exactly one of many at once', async () => {
      const codes = store.adapterFor('DeviceCode');
      const [id, userCode] = [random(), typed()];
      await codes.upsert(id, { jti: id, userCode }, hour);
      const confirmed = await Promise.allSettled(
        Array.from({ length: 8 }, () => codes.upsert(id, { jti: id, userCode, inFlight: true }, hour)),
      );
      expect(confirmed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await codes.upsert(id, { jti: id, userCode, inFlight: true, accountId: 'somebody' }, hour);
      expect(await codes.find(id)).toMatchObject({ accountId: 'somebody' });
    });

    it('gives its tokens once', async () => {
      const codes = store.adapterFor('DeviceCode');
      const id = random();
      await codes.upsert(id, { jti: id, userCode: typed() }, hour);
      const redeemed = await Promise.allSettled(Array.from({ length: 8 }, () => codes.consume(id)));
      expect(redeemed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await codes.find(id)).toMatchObject({ consumed: expect.any(Number) });
    });
  });

  describe('Session', () => {
    const newSession = () => {
      const uid = random();
      const id = (rotation: number) => `${uid}.${rotation}.${random()}`;
      return { uid, id };
    };

    it('is found by its cookie and by its uid', async () => {
      const sessions = store.adapterFor('Session');
      const { uid, id } = newSession();
      const [jti, other] = [id(0), newSession()];
      const payload = {
        jti,
        uid,
        accountId: 'somebody',
        authorizations: { app: { sid: 's', grantId: 'g' } },
      };
      await sessions.upsert(jti, payload, hour);
      await sessions.upsert(other.id(0), { jti: other.id(0), uid: other.uid }, hour);
      expect(await sessions.find(jti)).toEqual(payload);
      expect(await sessions.findByUid(uid)).toEqual(payload);
    });

    it('is not found by a cookie with its uid and another secret', async () => {
      const sessions = store.adapterFor('Session');
      const { uid, id } = newSession();
      const jti = id(0);
      await sessions.upsert(jti, { jti, uid }, hour);
      for (const guess of [id(0), id(1), uid, `${uid}.0`, '', 'x', random()]) {
        expect(await sessions.find(guess)).toBeUndefined();
      }
    });

    it('has one cookie: that of the latest login', async () => {
      const sessions = store.adapterFor('Session');
      const { uid, id } = newSession();
      const [before, after] = [id(0), id(1)];
      await sessions.upsert(before, { jti: before, uid }, hour);
      await sessions.upsert(after, { jti: after, uid, accountId: 'somebody' }, hour);
      expect(await sessions.find(before)).toBeUndefined();
      expect(await sessions.find(after)).toEqual({ jti: after, uid, accountId: 'somebody' });
    });

    it('keeps what each application did when several log in at once', async () => {
      const sessions = store.adapterFor('Session');
      const { uid, id } = newSession();
      const jti = id(0);
      await sessions.upsert(jti, { jti, uid, accountId: 'somebody' }, hour);
      const applications = Array.from({ length: 10 }, (_, i) => `app-${i}`);
      await Promise.all(
        applications.map((app) =>
          sessions.upsert(
            jti,
            { jti, uid, accountId: 'somebody', authorizations: { [app]: { grantId: app } } },
            hour,
          ),
        ),
      );
      const saved = await sessions.findByUid(uid);
      expect(saved?.authorizations).toEqual(
        Object.fromEntries(applications.map((app) => [app, { grantId: app }])),
      );
    });

    it('is not set back by a request that had read it before the login', async () => {
      const sessions = store.adapterFor('Session');
      const { uid, id } = newSession();
      const [before, after] = [id(3), id(4)];
      await sessions.upsert(after, { jti: after, uid, accountId: 'somebody' }, hour);
      await sessions.upsert(before, { jti: before, uid, authorizations: { app: { grantId: 'g' } } }, hour);
      expect(await sessions.find(before)).toBeUndefined();
      expect(await sessions.find(after)).toEqual({
        jti: after,
        uid,
        accountId: 'somebody',
        authorizations: { app: { grantId: 'g' } },
      });
    });

    it('does not come back when a request that had read it saves it after the logout', async () => {
      const sessions = store.adapterFor('Session');
      const { uid, id } = newSession();
      const jti = id(0);
      await sessions.upsert(jti, { jti, uid, accountId: 'somebody' }, hour);
      await sessions.destroy(jti);
      await sessions.upsert(jti, { jti, uid, accountId: 'somebody' }, hour);
      await store.touchSession(uid);
      expect(await sessions.find(jti)).toBeUndefined();
      expect(await sessions.findByUid(uid)).toBeUndefined();
    });
  });
}
