import type { LogoutCall } from '#src/domain/logout-call.ts';

/** What we shall say to applications of a session that ended, kept while the calls may still be tried. */
export interface LogoutCalls {
  /** The same call is kept once, under the same name; only who was told it can name it. */
  keep(calls: readonly LogoutCall[]): Promise<readonly KeptCall[]>;
  find(callId: string): Promise<LogoutCall | undefined>;
}

export interface KeptCall {
  readonly callId: string;
  readonly clientId: string;
}
