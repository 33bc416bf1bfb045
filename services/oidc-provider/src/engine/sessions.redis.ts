import { redisUnavailable, type Seal } from '@psc/datastores';
import { Bug, type Clock } from '@psc/kernel';
import type { Redis, Result } from 'ioredis';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { OpenSession } from '#src/domain/session.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import {
  createSealedRecords,
  digestOf,
  keptFor,
  keyOf,
  recordName,
  script,
  unused,
} from './records.redis.ts';
import { readSessionId } from './session-ids.ts';
import { openSessionOf } from './session-payload.ts';
import { ENDED_SESSION_SECONDS, MOST_SESSIONS, type StoreSettings } from './store.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    oidcSaveSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcEndSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcTouchSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
    oidcNoteSession(key: string, ...args: (string | number)[]): Result<unknown, Context>;
  }
}

/**
 * Sessions on Redis. One is one record, found by its uid; what it knows of one application is a field of its own, so that
 * two that log in at once both stay. Beside them, for each professional, a note of which sessions are theirs: under a
 * pseudonym, the names sealed, in another slot. The note is written in the same breath as the session and is only a hint
 * of where to look: a crash between the two leaves one that leads nowhere, and what leads nowhere is cleaned when read.
 */
export function createRedisSessions(
  needs: { readonly redis: Redis; readonly seal: Seal; readonly clock: Clock },
  settings: StoreSettings,
): { readonly adapter: Adapter; readonly port: Sessions; touch(uid: string): Promise<void> } {
  const { redis, seal } = needs;
  const records = createSealedRecords(seal);
  redis.defineCommand('oidcSaveSession', script('save-session'));
  redis.defineCommand('oidcEndSession', script('end-session'));
  redis.defineCommand('oidcTouchSession', script('touch-session'));
  redis.defineCommand('oidcNoteSession', script('note-session'));

  const now = () => Math.floor(needs.clock() / 1000);
  const key = (uid: string) => keyOf('Session', uid);

  async function read(uid: string): Promise<{ payload: AdapterPayload; seenAt: number } | undefined> {
    const fields = await redis.hgetall(key(uid)).catch(redisUnavailable);
    const payload = records.open(recordName('Session', uid), fields.payload);
    if (!payload) return undefined;
    const authorizations = Object.entries(fields)
      .filter(([field]) => field.startsWith(APPLICATION))
      .map(([field, sealed]) => [
        field.slice(APPLICATION.length),
        records.open(recordName('Session', uid, field), sealed),
      ])
      .filter(([, authorization]) => authorization !== undefined);
    return {
      payload:
        authorizations.length > 0
          ? { ...payload, authorizations: Object.fromEntries(authorizations) }
          : payload,
      seenAt: Number(fields.seenAt),
    };
  }

  async function findOpen(uid: string): Promise<OpenSession | undefined> {
    const found = await read(uid);
    return found && openSessionOf(found.payload, found.seenAt, now());
  }

  /** Where a professional's sessions are noted, under the key that seals today first. */
  function notesOf(subject: string): readonly string[] {
    return seal.pseudonyms(`sessions of ${subject}`).map((pseudonym) => `psc:oidc:sessions-of:${pseudonym}`);
  }

  async function note(uid: string, { accountId, exp }: AdapterPayload): Promise<void> {
    const [notes] = accountId === undefined ? [] : notesOf(accountId);
    if (notes === undefined || exp === undefined) return;
    const digest = digestOf(uid);
    await redis.oidcNoteSession(
      notes,
      digest,
      seal.seal(noteName(notes, digest), uid),
      exp,
      now(),
      MOST_SESSIONS,
    );
  }

  async function forget(notes: readonly string[], digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    await Promise.all(notes.map((each) => redis.hdel(each, ...digests))).catch(redisUnavailable);
  }

  /** What is noted of one professional: the session's name and when it was noted, by the digest of the name. */
  async function readNotes(notes: readonly string[]): Promise<ReadonlyMap<string, Note>> {
    const noted = await Promise.all(notes.map((each) => redis.hgetall(each))).catch(redisUnavailable);
    return new Map(
      notes.flatMap((each, i) =>
        Object.entries(noted[i] ?? {}).map(([digest, entry]): [string, Note] => {
          const [, notedAt, sealed = ''] = entry.split(' ');
          return [digest, { uid: seal.open(noteName(each, digest), sealed), notedAt: Number(notedAt) }];
        }),
      ),
    );
  }

  const adapter: Adapter = {
    ...unused,
    findByUid: async (uid) => (await read(uid))?.payload,
    async upsert(id, payload, expiresIn) {
      const { authorizations = {}, ...own } = payload;
      const { uid, rotation } = knownSessionId(id);
      const fields = Object.entries(authorizations).flatMap(([clientId, authorization]) => {
        const field = APPLICATION + clientId;
        return [field, records.seal(recordName('Session', uid, field), authorization)];
      });
      const sealed = records.seal(recordName('Session', uid), own);
      const idle = Math.min(keptFor(expiresIn), settings.sessionIdleSeconds);
      // Sent together, the note first: it may lead nowhere, but no session is hidden from its professional.
      await Promise.all([
        note(uid, own),
        redis.oidcSaveSession(key(uid), rotation, sealed, idle, now(), ...fields),
      ]).catch(redisUnavailable);
    },
    async find(id) {
      const known = readSessionId(id);
      const found = known && (await read(known.uid));
      // The uid finds the record, the secret opens it: a cookie of before the last login is worth nothing.
      return found?.payload.jti === id ? found.payload : undefined;
    },
    async destroy(id) {
      const { uid } = knownSessionId(id);
      await redis.oidcEndSession(key(uid), '', ENDED_SESSION_SECONDS, '*').catch(redisUnavailable);
    },
  };

  const port: Sessions = {
    find: findOpen,

    async findByCookie(cookie) {
      const known = readSessionId(cookie);
      const found = known && (await read(known.uid));
      return found?.payload.jti === cookie ? openSessionOf(found.payload, found.seenAt, now()) : undefined;
    },

    async of(subject) {
      const notes = notesOf(subject);
      const noted = await readNotes(notes);
      const found = await Promise.all(
        [...noted.values()].map(({ uid }) => (uid === undefined ? undefined : findOpen(uid))),
      );
      const theirs = found.map((session) => (session?.subject === subject ? session : undefined));
      const settled = now() - UNSETTLED_SECONDS;
      const nowhere = [...noted].filter(([, { notedAt }], i) => !theirs[i] && !(notedAt > settled));
      await forget(
        notes,
        nowhere.map(([digest]) => digest),
      );
      return theirs
        .filter((session) => session !== undefined)
        .sort((one, other) => other.loginAt - one.loginAt);
    },

    async end(session, { name, rememberedSeconds, applications }) {
      const asRead = session.clientIds.map((clientId) => APPLICATION + clientId);
      const fields = applications === 'any' ? ['*'] : asRead;
      const answer = await redis
        .oidcEndSession(key(session.sid), name, rememberedSeconds, ...fields)
        .catch(redisUnavailable);
      if (answer === CHANGED) return 'changed';
      await forget(notesOf(session.subject), [digestOf(session.sid)]);
      return answer === ENDED ? 'ended' : 'over';
    },

    async findEnding(sid) {
      return (await redis.hget(key(sid), 'ended').catch(redisUnavailable)) ?? undefined;
    },
  };

  return {
    adapter,
    port,
    async touch(uid) {
      await redis.oidcTouchSession(key(uid), settings.sessionIdleSeconds, now()).catch(redisUnavailable);
    },
  };
}

const APPLICATION = 'application:';
const ENDED = 1;
const CHANGED = -1;

/** A note is written just before its session: one that leads nowhere yet is left alone for so long. */
const UNSETTLED_SECONDS = 60;

interface Note {
  /** Undefined when nobody of us wrote it. */
  readonly uid: string | undefined;
  readonly notedAt: number;
}

function noteName(notes: string, digest: string): string {
  return recordName('SessionNote', notes, digest);
}

function knownSessionId(id: string) {
  const read = readSessionId(id);
  if (!read) throw new Bug('session_id_unknown', 'the engine named a session otherwise');
  return read;
}
