import type { PushSubscription } from '@psc/contracts';
import type { Device, PinVerdict, PublicKey } from '#src/domain/device.ts';

/** The phones enrolled, and the tickets that enrol them. Times are milliseconds since the epoch. */
export interface Devices {
  /** A new ticket replaces the professional's former one. */
  addTicket(ticket: {
    readonly ticket: string;
    readonly nationalId: string;
    readonly expiresAt: number;
  }): Promise<void>;

  /**
   * Uses the ticket and enrols the device, both or neither. False when the ticket is unknown, used or expired: of N
   * calls at once exactly one succeeds.
   */
  activate(ticket: string, device: NewDevice): Promise<boolean>;

  find(id: string): Promise<Device | undefined>;

  /** The active ones, newest first, `limit` at most; none of a professional whose phones are silent. */
  listActive(nationalId: string, limit: number): Promise<readonly string[]>;

  /** Undefined when the device is unknown, locked, silent, or takes no push. */
  findPushSubscription(id: string): Promise<PushSubscription | undefined>;

  /**
   * Tries a PIN by its verifiers (`PinVerifiers`). One atomic step counts the failure before anybody is told: N tries at
   * once are N failures. The right PIN resets the count; the failure number `tries` locks the device.
   */
  tryPin(id: string, verifiers: readonly [string, ...string[]], tries: number): Promise<PinVerdict>;

  /**
   * Silences all phones of a professional, or ends it, as an event of the register says. Of several events the one of the
   * greatest number counts, in whatever order they come.
   */
  setSilence(
    nationalId: string,
    silence: { readonly event: number; readonly silent: boolean; readonly at: number },
  ): Promise<void>;

  /** The event by which they are silent now; undefined when they are not. */
  findSilence(nationalId: string): Promise<number | undefined>;

  /** Ends the silence of this event, which the register contradicts. That of an event that came since stays. */
  endSilence(nationalId: string, event: number): Promise<void>;

  /**
   * What was of the previous identifier is of the other one from now on: phones, a ticket, fraud reports; phones that it lost by
   * a merge before too. All of it or nothing; done again, or after a later event of the same identifier, it changes nothing.
   */
  merge(merge: {
    readonly event: number;
    readonly previousId: string;
    readonly nationalId: string;
    readonly at: number;
  }): Promise<void>;

  /**
   * The identifier was wrongly taken for another one: the phones that merges took from it are its own again, with their fraud
   * reports; those activated since stay where they are. The other one's ticket may be its own: neither has it any more.
   */
  separate(separation: {
    readonly event: number;
    readonly nationalId: string;
    /** Whom it led to. */
    readonly previousId: string;
    readonly at: number;
  }): Promise<void>;
}

export interface NewDevice {
  readonly id: string;
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly pinVerifier: string;
  readonly push: PushSubscription | undefined;
  readonly activatedAt: number;
}
