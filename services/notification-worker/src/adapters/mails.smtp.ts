import { getCACertificates } from 'node:tls';
import { createTransport } from 'nodemailer';
import type { MailAnswer, MailHindrance } from '#src/domain/message.ts';
import type { Mails } from '#src/ports/mails.ts';

export interface SmtpSettings {
  /** `smtps://user:password@host:465` (TLS from the start), or `smtp://…@host:587` (STARTTLS). */
  readonly url: string;
  /** `none`: for a relay of one's own machine or network that speaks none; smtps does all the same. */
  readonly tls: 'required' | 'none';
  /** PEM, trusted beside the usual authorities. */
  readonly ca: string | undefined;
  /** Who the mails are from. */
  readonly from: { readonly name: string; readonly address: string };
  /** For each step of the dialogue; the whole of it may take thrice that. */
  readonly timeoutMs: number;
}

/** E-mails through one SMTP server (RFC 5321), one connection each: there are few of them, and nothing to keep alive. */
export function createSmtpMails(settings: SmtpSettings): Mails {
  const { from, timeoutMs } = settings;
  const { hostname, port, protocol, username, password } = new URL(settings.url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const transport = createTransport({
    host,
    ...(port === '' ? {} : { port: Number(port) }),
    secure: protocol === 'smtps:',
    requireTLS: settings.tls === 'required',
    ignoreTLS: settings.tls === 'none',
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...(settings.ca === undefined ? {} : { tls: { ca: [...getCACertificates('default'), settings.ca] } }),
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // What a message says is text: it never names a file or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);

  return {
    async send({ messageId, to, subject, text }) {
      try {
        await transport.sendMail({
          from,
          // An object: in a text, a comma would make two recipients.
          to: { name: '', address: to },
          subject,
          text,
          messageId: `<${messageId}@${domain}>`,
          // RFC 3834: no automatic answer is wanted.
          headers: { 'auto-submitted': 'auto-generated' },
          xMailer: false,
          signal: AbortSignal.timeout(3 * timeoutMs),
        });
        return { kind: 'taken' };
      } catch (error) {
        return explain(error);
      }
    },
  };
}

/** Commands whose answer is about this message; that of the others is about us, or about the server. */
const OF_THE_MESSAGE = ['MAIL FROM', 'RCPT TO', 'DATA'];

/** RFC 4954 §6: said of a message, but about us. */
const LOGIN_REQUIRED = 530;

const HINDRANCES: Readonly<Record<string, MailHindrance>> = {
  EDNS: 'mail_server_unresolved',
  ETIMEDOUT: 'mail_server_timed_out',
  EABORT: 'mail_server_timed_out',
  ETLS: 'mail_server_tls_failed',
  EAUTH: 'mail_login_refused',
  ENOAUTH: 'mail_login_refused',
  EPROTOCOL: 'mail_server_confused',
};

const TLS_ERROR = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_|EPROTO)/;

/** Of the library's error only codes are read: its message quotes the recipient, and the server's own words. */
function explain(error: unknown): MailAnswer {
  if (!(error instanceof Error)) return { kind: 'unsent', reason: 'mail_server_unreachable' };
  const read = (name: string): unknown => Reflect.get(error, name);
  const code = String(read('code'));
  const responseCode = read('responseCode');
  if (responseCode === LOGIN_REQUIRED) return { kind: 'unsent', reason: 'mail_login_refused' };
  if (OF_THE_MESSAGE.includes(String(read('command'))) && typeof responseCode === 'number')
    return { kind: 'rejected', code: responseCode };
  if (responseCode === undefined && (code === 'EENVELOPE' || code === 'EMESSAGE'))
    return { kind: 'malformed' };
  if (TLS_ERROR.test(String(read('originalCode'))))
    return { kind: 'unsent', reason: 'mail_server_tls_failed' };
  return { kind: 'unsent', reason: HINDRANCES[code] ?? 'mail_server_unreachable' };
}
