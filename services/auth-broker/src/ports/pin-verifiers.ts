/**
 * What the database keeps instead of a PIN: a keyed digest whose key it does not hold. Four digits are found at once
 * from any unkeyed digest, however slow.
 */
export interface PinVerifiers {
  /** One per key, the current one first: keep the first, accept them all. */
  of(deviceId: string, pin: string): readonly [string, ...string[]];
}
