/**
 * How many times a professional's phones may ring without an answer. It stops push-bombing (MITRE ATT&CK T1621): past
 * it, a login stays silent, and can still be answered by opening the app, so that the victim is not locked out.
 */
export interface NotificationBudget {
  /** Counts one more; false past the limit. */
  reserve(nationalId: string): Promise<boolean>;

  /** The professional answered. Never throws `Unavailable`: what was counted lapses by itself. */
  reset(nationalId: string): Promise<void>;
}
