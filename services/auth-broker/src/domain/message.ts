/** By which way a professional is written to. */
export type MessageChannel = 'email' | 'sms';

/** What a message tells. */
export type MessageContent = ContactChanged;

/** The phone or the address that the register had was changed: said to the old one, in case nobody asked for it. */
export interface ContactChanged {
  readonly kind: 'contact-changed';
  readonly contact: 'phone' | 'email';
  readonly changedAt: number;
}

/** A message that we owe until it is sent, or too old. */
export interface OwedMessage {
  readonly id: string;
  readonly channel: MessageChannel;
  /** An address, or a number (E.164). */
  readonly to: string;
  readonly content: MessageContent;
  readonly createdAt: number;
  readonly expiresAt: number;
}
