/** The way to notification-worker. Throws `Unavailable` when it cannot be promised. */
export interface Messages {
  /** The same message is in the queue once, however often this is called. */
  queue(ids: readonly string[]): Promise<void>;
}
