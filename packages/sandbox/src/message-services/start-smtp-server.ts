import { once } from 'node:events';
import type { Issued } from '@psc/test-pki';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** An e-mail as it reached a mailbox. */
export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly headers: ReadonlyMap<string, string>;
}

export interface SmtpServerSettings {
  readonly port: number;
  readonly server: Issued;
  /** From the first byte (RFC 8314), after STARTTLS, or never. */
  readonly tls: 'first' | 'starttls' | 'none';
  /** The one who may send; anybody when absent. */
  readonly user?: { readonly name: string; readonly password: string };
  /** The client hears that the mail was taken once this is over. */
  readonly receive: (mail: ReceivedMail) => unknown;
  /** The SMTP code to answer with instead of taking the mail, when it is sent to this address. */
  readonly obstacle?: (stage: 'RCPT' | 'DATA', to: string) => number | undefined;
  /** Hears of what broke on a connection: mostly a client that went away. */
  readonly onError: (error: Error) => void;
}

const LONGEST_MAIL_BYTES = 256 * 1024;
const CLOSED_WITHIN_MS = 1_000;

/** An SMTP server (RFC 5321) of this machine that takes mail for every address, and opens it. */
export async function startSmtpServer(settings: SmtpServerSettings): Promise<{ close(): Promise<void> }> {
  const { user, receive, obstacle } = settings;

  const server = new SMTPServer({
    secure: settings.tls === 'first',
    key: settings.server.key,
    cert: settings.server.certificate,
    disabledCommands: [
      ...(settings.tls === 'none' ? ['STARTTLS'] : []),
      ...(user === undefined ? ['AUTH'] : []),
    ],
    disableReverseLookup: true,
    size: LONGEST_MAIL_BYTES,
    closeTimeout: CLOSED_WITHIN_MS,
    logger: false,

    onAuth({ username, password }, _session, done) {
      const isUser = username === user?.name && password === user?.password;
      return isUser ? done(null, { user: username }) : done(refusal(535));
    },

    onRcptTo({ address }, _session, done) {
      const code = obstacle?.('RCPT', address);
      return code === undefined ? done() : done(refusal(code, address));
    },

    onData(stream, session, done) {
      read(stream, session).then(
        () => done(),
        (error: Error) => done(error),
      );
    },
  });

  async function read(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    if (stream.sizeExceeded) throw refusal(552);
    const mail = await PostalMime.parse(Buffer.concat(chunks));
    const recipients = session.envelope.rcptTo.map(({ address }) => address);
    for (const to of recipients) {
      const code = obstacle?.('DATA', to);
      if (code !== undefined) throw refusal(code, to);
    }
    const headers = new Map(mail.headers.map(({ key, value }) => [key, value]));
    const { subject = '', text = '' } = mail;
    for (const to of recipients)
      await receive({ to, from: mail.from?.address ?? '', subject, text: text.trimEnd(), headers });
  }

  server.on('error', settings.onError);
  const listening = once(server.server, 'listening');
  server.listen(settings.port, '127.0.0.1');
  await listening;
  return { close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Servers quote the recipient in what they refuse: so does this one, and nobody may repeat it. */
function refusal(responseCode: number, to = ''): Error & { responseCode: number } {
  return Object.assign(new Error(`5.1.1 <${to}>: refused`), { responseCode });
}
