/** What an application is to be told when its CIBA request is answered (CIBA Core §10.2). */
export interface Ping {
  readonly clientId: string;
  readonly authReqId: string;
  /** Shows the application that it is us. */
  readonly notificationToken: string;
}

/** Kept from the request until its answer can no longer be fetched. */
export interface Pings {
  keep(approvalId: string, ping: Ping, seconds: number): Promise<void>;
  find(approvalId: string): Promise<Ping | undefined>;
}
