/** The way to tell phones that a login awaits. Throws `Unavailable` when it cannot be promised. */
export interface Notifications {
  /** The same approval and device is told once, however often this is called. */
  notify(approvalId: string, deviceIds: readonly string[]): Promise<void>;
}
