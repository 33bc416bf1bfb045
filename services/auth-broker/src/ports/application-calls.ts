/** The calls that we owe to applications, made by notification-worker. Throws `Unavailable` when one cannot be promised. */
export interface ApplicationCalls {
  /** "Your CIBA request was answered" (CIBA Core §10.2). The same approval is called about once. */
  ping(approvalId: string, clientId: string): Promise<void>;
}
