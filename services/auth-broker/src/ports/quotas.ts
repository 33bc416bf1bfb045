/** Counts uses, for all replicas together. */
export interface Quotas {
  /**
   * Counts one more use of `name`, then says whether it was within `limit` for the window opened by the first use. Of N
   * uses at once exactly `limit` are. A limit of 1 is "only once".
   */
  reserve(name: string, limit: number, windowMs: number): Promise<boolean>;

  /** Forgets what was counted. */
  reset(name: string): Promise<void>;
}
