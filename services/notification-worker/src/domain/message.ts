import { type CallAnswer, type CallPolicy, judgeAnswer } from './application-call.ts';
import type { Hindrance, Settled } from './attempt.ts';

const MINUTE_MS = 60_000;

/**
 * Twelve attempts over about nine hours: a server that greylists takes the same mail some minutes later, and one that is down
 * for a night takes it in the morning.
 */
export const messagePolicy: CallPolicy = {
  firstDelayMs: MINUTE_MS / 2,
  longestDelayMs: 120 * MINUTE_MS,
  longestWaitMs: 240 * MINUTE_MS,
};

/** Sent, or never to be: what is worth a record. */
export type MessageEnd = Exclude<Settled, { outcome: 'dropped' }>;

/** What came of an e-mail that was given to the SMTP server. */
export type MailAnswer =
  | { readonly kind: 'taken' }
  /** It answered the message itself, its sender or its recipient, with this code. */
  | { readonly kind: 'rejected'; readonly code: number }
  /** No SMTP command can say this message. */
  | { readonly kind: 'malformed' }
  /** It was not reached, or did not let us in: that says nothing of the message. */
  | { readonly kind: 'unsent'; readonly reason: MailHindrance };

export type MailHindrance =
  | 'mail_server_unresolved'
  | 'mail_server_unreachable'
  | 'mail_server_timed_out'
  /** Its certificate is not one we trust, or it speaks no TLS. */
  | 'mail_server_tls_failed'
  | 'mail_login_refused'
  | 'mail_server_confused';

/** The gateway does not know our token or our address: that is about us, as a login that is refused, and not about the SMS. */
const ABOUT_US = [401, 403, 404];

/** What came of an SMS that was given to the gateway. */
export function judgeText(answer: CallAnswer, now: number): MessageEnd | Hindrance {
  if (answer.kind === 'answered' && ABOUT_US.includes(answer.status)) {
    const { status, retryAfterMs } = answer;
    return { reason: `status_${status}`, retryAfterMs, until: now + messagePolicy.longestWaitMs };
  }
  return judgeAnswer(answer, messagePolicy, now);
}

/** The one 5yz that is about the dialogue, and not about the message: "bad sequence of commands". */
const BAD_SEQUENCE = 503;

/** 4yz: not now; 5yz: never (RFC 5321 §4.2.1). */
export function judgeMail(answer: MailAnswer, now: number): MessageEnd | Hindrance {
  const hindered = (reason: string) => ({
    reason,
    retryAfterMs: 0,
    until: now + messagePolicy.longestWaitMs,
  });
  switch (answer.kind) {
    case 'taken':
      return { outcome: 'delivered' };
    case 'malformed':
      return { outcome: 'failed', reason: 'mail_malformed' };
    case 'unsent':
      return hindered(answer.reason);
    case 'rejected': {
      const reason = `smtp_${answer.code}`;
      const isFinal = answer.code >= 500 && answer.code !== BAD_SEQUENCE;
      return isFinal ? { outcome: 'failed', reason } : hindered(reason);
    }
  }
}
