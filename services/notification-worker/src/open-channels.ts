import type { Clock } from '@psc/kernel';
import { createGuardedFetch, everyAddress } from '@psc/outgoing';
import type { Life } from '@psc/runtime';
import { createSmtpMails } from '#src/adapters/mails.smtp.ts';
import { createHttpTexts } from '#src/adapters/texts.http.ts';
import type { Mails } from '#src/ports/mails.ts';
import type { Texts } from '#src/ports/texts.ts';
import type { MessageConfig } from './message-config.ts';

const SMTP_STEP_TIMEOUT_MS = 10_000;
const SMS_TIMEOUT_MS = 10_000;
/** Of what the gateway answers, nothing but the status is read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** The ways out for messages that somebody configured. Nothing is connected before the first message. */
export function openChannels(
  config: MessageConfig,
  life: Life,
  clock: Clock,
): { readonly mails: Mails | undefined; readonly texts: Texts | undefined } {
  return { mails: openMails(config), texts: openTexts(config, life, clock) };
}

function openMails({ SMTP_URL, SMTP_TLS, MAIL_FROM, MESSAGES_CA }: MessageConfig): Mails | undefined {
  if (SMTP_URL === undefined || MAIL_FROM === undefined) return undefined;
  return createSmtpMails({
    url: SMTP_URL,
    tls: SMTP_TLS,
    ca: MESSAGES_CA,
    from: MAIL_FROM,
    timeoutMs: SMTP_STEP_TIMEOUT_MS,
  });
}

function openTexts(config: MessageConfig, life: Life, clock: Clock): Texts | undefined {
  const { SMS_GATEWAY_URL: url, SMS_GATEWAY_TOKEN: token, MESSAGES_CA: ca } = config;
  if (url === undefined || token === undefined) return undefined;
  const { hostname, port } = new URL(url);
  const guardedFetch = createGuardedFetch({
    allowedHosts: [{ scheme: 'https', host: hostname, anyBelow: false, port }],
    // The operator chose it: it may well be on a network of theirs.
    privateNetworks: everyAddress,
    timeoutMs: SMS_TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    keepAlive: true,
    ...(ca === undefined ? {} : { ca }),
  });
  life.onStop('SMS gateway', () => guardedFetch.close());
  return createHttpTexts({ url, token, guardedFetch, clock });
}
