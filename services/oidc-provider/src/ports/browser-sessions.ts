import type { OpenSession } from '#src/domain/session.ts';

/** The session of a browser, by the cookies that it sends. */
export interface BrowserSessions {
  /** `cookies`: the request's Cookie header. */
  find(cookies: string | undefined): Promise<BrowserSession | undefined>;
  /** Set-Cookie headers that make the browser forget its session. */
  readonly forgetting: readonly string[];
}

export interface BrowserSession extends OpenSession {
  /**
   * To be put in our forms: another site cannot know it, so that a form which holds it is one that we sent to this browser
   * since its last login.
   */
  readonly formToken: string;
  isFormToken(given: string): boolean;
}
