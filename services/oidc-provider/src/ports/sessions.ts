import type { OpenSession } from '#src/domain/session.ts';

/**
 * The open sessions of everybody, as the engine keeps them. A session is noted under its professional whoever saves it:
 * a browser's login, or a CIBA request, which has no browser.
 */
export interface Sessions {
  /** By the name that applications know it by. Undefined once it is over. */
  find(sid: string): Promise<OpenSession | undefined>;

  /** By the cookie of its browser: the secret in it opens the session, its name alone does not. */
  findByCookie(cookie: string): Promise<OpenSession | undefined>;

  /** The open sessions of one professional, the latest login first. */
  of(subject: string): Promise<readonly OpenSession[]>;

  /**
   * Ends a session, in one atomic step: of many who try, one ends it.
   *   ended    it is over, by this ending
   *   over     it was over already
   *   changed  an application logged in since `session` was read: nothing was done
   */
  end(session: OpenSession, ending: Ending): Promise<'ended' | 'over' | 'changed'>;

  /** Which ending ended it; undefined when it is open, or was never known, or is forgotten. */
  findEnding(sid: string): Promise<string | undefined>;
}

export interface Ending {
  /** Tells this ending from another of the same session. */
  readonly name: string;
  /** For how long the session stays known as ended, and by which ending. */
  readonly rememberedSeconds: number;
  /** `any`: whatever logged in meanwhile. */
  readonly applications: 'as-read' | 'any';
}
