import type { Settled } from '#src/domain/attempt.ts';
import type { DropReason } from '#src/domain/delivery.ts';

/** One notification that came to its end. */
export interface Delivery {
  readonly approvalId: string;
  readonly deviceId: string;
  readonly settled: Settled<DropReason>;
  /** How many times it was tried, the last one included. */
  readonly attempts: number;
  readonly at: number;
}

/** What became of the notifications, for the people who answer "I received nothing". */
export interface Deliveries {
  /**
   * One row per approval and device: recording again replaces it, except that what was delivered stays delivered. A
   * worker that died after the push is followed by one that finds the approval answered.
   */
  record(delivery: Delivery): Promise<void>;

  find(approvalId: string, deviceId: string): Promise<Delivery | undefined>;

  /** Forgets what is older than `before`, oldest first, `limit` rows at most; answers how many. */
  forget(before: number, limit: number): Promise<number>;
}
