import { randomUUID } from 'node:crypto';
import type { Provider } from 'oidc-provider';

/**
 * A session's cookie is `<uid>.<rotation>.<secret>`. The uid never changes, so that one record, under one key, holds the
 * session whatever its cookie is at present; the rotation counts the logins, so that a request which read the session
 * before a login cannot write over what the login wrote.
 */
interface SessionId {
  readonly uid: string;
  readonly rotation: number;
}

const SHAPE = /^([\w-]{20,64})\.(\d{1,9})\.[\w-]{20,64}$/;

/** Undefined for what no browser got from us. */
export function readSessionId(id: string): SessionId | undefined {
  const [, uid, rotation] = SHAPE.exec(id) ?? [];
  return uid === undefined ? undefined : { uid, rotation: Number(rotation) };
}

/**
 * Makes the engine give such identifiers to its sessions, instead of random ones unrelated to the uid. The uid is a UUID
 * that applications know as `sid` and `session_state`, the same for all of them, as Keycloak's.
 */
export function nameSessionsAfterTheirUid(provider: Provider): void {
  const { Session } = provider;
  Object.assign(Session, {
    instantiate(payload?: { jti?: string }) {
      const session = Reflect.construct(Session, payload === undefined ? [] : [payload]);
      if (payload?.jti === undefined) {
        session.uid = randomUUID();
        session.jti = `${session.uid}.0.${session.jti}`;
      }
      return session;
    },
  });
  Session.prototype.ensureClientContainer = function (clientId) {
    this.sidFor(clientId, this.uid);
  };
  const { resetIdentifier } = Session.prototype;
  Session.prototype.resetIdentifier = function () {
    const rotation = (readSessionId(this.jti)?.rotation ?? 0) + 1;
    resetIdentifier.call(this);
    this.jti = `${this.uid}.${rotation}.${this.jti}`;
    // The library would first delete the record of the old identifier: here it is the same one, written over at once.
    Reflect.deleteProperty(this, 'oldId');
  };
}
