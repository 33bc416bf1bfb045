import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Ending, Sessions } from '#src/ports/sessions.ts';
import { type EngineStore, MOST_SESSIONS } from './store.ts';

const random = () => randomBytes(32).toString('base64url');
const newSubject = () => `f:550dc1c8:${random()}`;
const seconds = () => Math.floor(Date.now() / 1000);
const ending = (change: Partial<Ending> = {}): Ending => ({
  name: random(),
  rememberedSeconds: 60,
  applications: 'as-read',
  ...change,
});

interface Login {
  readonly accountId: string;
  readonly loginTs: number;
  readonly amr: string[];
  readonly exp: number;
}

/** What the `Sessions` of every `EngineStore` must do, in parallel too. `open` answers an empty one. */
export function sessionsContract(open: () => Promise<EngineStore>): void {
  let store: EngineStore;
  let sessions: Sessions;
  beforeEach(async () => {
    store = await open();
    sessions = store.sessions;
  });

  /** Saves a session as the engine does. */
  async function save(change: Partial<Login> = {}, clientIds: readonly string[] = ['dossier']) {
    const uid = randomUUID();
    const jti = `${uid}.0.${random()}`;
    const login: Login = {
      accountId: newSubject(),
      loginTs: seconds() - 5,
      amr: ['ecps'],
      exp: seconds() + 3600,
    };
    const authorizations = Object.fromEntries(clientIds.map((clientId) => [clientId, { sid: uid }]));
    const payload = { jti, uid, authorizations, ...login, ...change };
    await store.adapterFor('Session').upsert(jti, payload, 3600);
    return { cookie: jti, ...payload };
  }
  const addApplication = ({ cookie, ...payload }: Awaited<ReturnType<typeof save>>, clientId: string) =>
    store
      .adapterFor('Session')
      .upsert(cookie, { ...payload, authorizations: { [clientId]: { sid: payload.uid } } }, 3600);
  async function reread(sid: string) {
    const session = await sessions.find(sid);
    if (!session) throw new Error('the session is over');
    return session;
  }

  describe('an open session', () => {
    it('is found by its name and by its cookie, with who, since when, how and for what', async () => {
      const { cookie, uid, accountId, loginTs } = await save({ amr: ['cps'] }, ['dossier', 'agenda']);
      const session = {
        sid: uid,
        subject: accountId,
        loginAt: loginTs,
        lastSeenAt: expect.any(Number),
        means: 'cps',
        clientIds: expect.arrayContaining(['dossier', 'agenda']),
      };
      expect(await sessions.find(uid)).toEqual(session);
      expect(await sessions.findByCookie(cookie)).toEqual(session);
      expect((await reread(uid)).lastSeenAt - seconds()).toBeGreaterThan(-3);
    });

    it('is not found by its name in the place of the cookie, nor by a cookie with another secret', async () => {
      const { uid } = await save();
      for (const guess of [uid, `${uid}.0.${random()}`, '', 'x'])
        expect(await sessions.findByCookie(guess)).toBeUndefined();
    });

    it('is nobody’s without a login, and over at its end', async () => {
      const anonymous = randomUUID();
      const jti = `${anonymous}.0.${random()}`;
      await store.adapterFor('Session').upsert(jti, { jti, uid: anonymous }, 3600);
      const { uid, accountId } = await save({ exp: seconds() - 1 });
      expect(await sessions.findByCookie(jti)).toBeUndefined();
      expect(await sessions.find(uid)).toBeUndefined();
      expect(await sessions.of(accountId)).toEqual([]);
    });
  });

  describe('the sessions of a professional', () => {
    it('are all of theirs, the latest login first, and nobody else’s', async () => {
      const accountId = newSubject();
      const early = await save({ accountId, loginTs: seconds() - 500 });
      const late = await save({ accountId, loginTs: seconds() - 5 });
      const middle = await save({ accountId, loginTs: seconds() - 50 });
      await save();
      const found = await sessions.of(accountId);
      expect(found.map(({ sid }) => sid)).toEqual([late.uid, middle.uid, early.uid]);
      expect(await sessions.of(newSubject())).toEqual([]);
    });

    it('no longer hold one that ended', async () => {
      const accountId = newSubject();
      const [one, other] = [await save({ accountId }), await save({ accountId })];
      await sessions.end(await reread(one.uid), ending());
      expect((await sessions.of(accountId)).map(({ sid }) => sid)).toEqual([other.uid]);
    });

    it('are all found when they begin at once', async () => {
      const accountId = newSubject();
      await Promise.all(Array.from({ length: 20 }, () => save({ accountId })));
      expect(await sessions.of(accountId)).toHaveLength(20);
    });

    it('are found up to a number that no person has', async () => {
      const accountId = newSubject();
      for (let i = 0; i < MOST_SESSIONS; i++) await save({ accountId });
      expect(await sessions.of(accountId)).toHaveLength(MOST_SESSIONS);
    });
  });

  describe('ending a session', () => {
    it('ends it for its name and its cookie, and is remembered by the name of the ending', async () => {
      const { cookie, uid } = await save();
      const session = await reread(uid);
      expect(await sessions.findEnding(uid)).toBeUndefined();
      expect(await sessions.end(session, ending({ name: 'this one' }))).toBe('ended');
      expect(await sessions.find(uid)).toBeUndefined();
      expect(await sessions.findByCookie(cookie)).toBeUndefined();
      expect(await store.adapterFor('Session').find(cookie)).toBeUndefined();
      expect(await sessions.findEnding(uid)).toBe('this one');
    });

    it('is done by exactly one of many at once, whose name is remembered', async () => {
      for (let round = 0; round < 20; round++) {
        const session = await reread((await save()).uid);
        const endings = Array.from({ length: 8 }, () => ending());
        const answers = await Promise.all(endings.map((each) => sessions.end(session, each)));
        expect(answers.toSorted()).toEqual(['ended', ...Array(7).fill('over')]);
        const winner = endings[answers.indexOf('ended')];
        expect(await sessions.findEnding(session.sid)).toBe(winner?.name);
      }
    });

    it('does nothing when an application logged in since it was read, unless told that it does not matter', async () => {
      const saved = await save({}, ['dossier']);
      const read = await reread(saved.uid);
      await addApplication(saved, 'agenda');
      expect(await sessions.end(read, ending())).toBe('changed');
      expect((await reread(saved.uid)).clientIds.toSorted()).toEqual(['agenda', 'dossier']);
      expect(await sessions.of(saved.accountId)).toHaveLength(1);
      expect(await sessions.end(read, ending({ applications: 'any' }))).toBe('ended');
    });

    it('never brings back what is gone, and cannot be undone by who had read it', async () => {
      const saved = await save();
      const session = await reread(saved.uid);
      await sessions.end(session, ending({ name: 'the first' }));
      await addApplication(saved, 'agenda');
      await store.adapterFor('Session').destroy(saved.cookie);
      expect(await sessions.find(saved.uid)).toBeUndefined();
      expect(await sessions.end(session, ending())).toBe('over');
      expect(await sessions.findEnding(saved.uid)).toBe('the first');
      expect(await sessions.end({ ...session, sid: randomUUID() }, ending())).toBe('over');
    });
  });
}
