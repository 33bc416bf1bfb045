import { z } from 'zod';

/** `Name <address>`, or an address alone. */
const sender = z.string().transform((text, context) => {
  const [, name = '', address = text] = /^\s*([^<>\r\n]*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  if (!z.email().safeParse(address).success) {
    context.addIssue({ code: 'custom', message: 'must be an address, or Name <address>' });
    return z.NEVER;
  }
  return { name, address };
});

/** How messages leave. Spread it into the service's own `z.object({ …, ...messageConfig })`. */
export const messageConfig = {
  /**
   * `smtps://user:password@host:465` (TLS from the start, RFC 8314) or `smtp://…@host:587` (STARTTLS). Without it e-mails are
   * dead letters.
   */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** `none`: `smtp:` without TLS, for a relay of one's own network. */
  SMTP_TLS: z.enum(['required', 'none']).default('required'),
  MAIL_FROM: sender.optional(),
  /** Where SMS are posted. Without it they are dead letters. */
  SMS_GATEWAY_URL: z.url({ protocol: /^https$/ }).optional(),
  SMS_GATEWAY_TOKEN: z.string().min(16).optional(),
  /** Certificates in PEM that are trusted beside the usual authorities, by both channels. */
  MESSAGES_CA: z.string().includes('-----BEGIN CERTIFICATE-----').optional(),
} as const;

export type MessageConfig = z.output<z.ZodObject<typeof messageConfig>>;

/** A channel is configured whole, or not at all. */
export function checkChannels(
  config: Pick<MessageConfig, 'SMTP_URL' | 'MAIL_FROM' | 'SMS_GATEWAY_URL' | 'SMS_GATEWAY_TOKEN'>,
  context: z.core.$RefinementCtx,
): void {
  const pairs = [
    ['SMTP_URL', 'MAIL_FROM'],
    ['SMS_GATEWAY_URL', 'SMS_GATEWAY_TOKEN'],
  ] as const;
  for (const [url, other] of pairs)
    if (config[url] !== undefined && config[other] === undefined)
      context.addIssue({ code: 'custom', path: [other], message: `is missing, and ${url} needs it` });
}
