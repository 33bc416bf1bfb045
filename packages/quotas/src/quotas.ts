/** Counts uses, for all replicas together. */
export interface Quotas {
  /**
   * Counts one more use of `name`, then says whether it was within `limit` for the window opened by the first use. Of N
   * uses at once exactly `limit` are. A limit of 1 is "only once".
   */
  reserve(name: string, limit: number, windowMs: number): Promise<boolean>;

  /**
   * Several counters in one step: counts one more use of those that have a window, and only reads the others. Answers what
   * each holds then, in the same order. The names begin with the same `{owner}`, so that a Redis Cluster keeps them together.
   */
  tally(counters: readonly { readonly name: string; readonly window?: Window }[]): Promise<readonly Count[]>;

  /** Forgets what was counted. */
  reset(name: string): Promise<void>;
}

export interface Window {
  /** Opened by the first use. */
  readonly ms: number;
  /** The use that opens it anew: whoever comes to this many waits for a whole window, not for the rest of one. */
  readonly reopenedBy?: number;
}

export interface Count {
  readonly uses: number;
  /** Until the count begins again; 0 when it did. */
  readonly msLeft: number;
}
