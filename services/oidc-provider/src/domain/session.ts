/** Somebody is logged in: in a browser, or for the applications that asked by CIBA. */
export interface OpenSession {
  /** What applications know it by: `sid` and `session_state` of their tokens. */
  readonly sid: string;
  /** `sub` of the professional. */
  readonly subject: string;
  /** In seconds: when the professional answered. */
  readonly loginAt: number;
  /** In seconds: the last login to an application, or refresh. */
  readonly lastSeenAt: number;
  readonly means: 'ecps' | 'cps';
  /** The applications that this session logged in. */
  readonly clientIds: readonly string[];
}
