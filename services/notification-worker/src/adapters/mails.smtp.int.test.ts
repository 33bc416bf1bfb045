import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  type ReceivedMail,
  type SmtpServerSettings,
  startSmtpServer,
} from '@psc/sandbox/message-services/start-smtp-server.ts';
import { freePorts } from '@psc/sandbox/supervisor/ports.ts';
import { createAuthority } from '@psc/test-pki';
import { afterEach, describe, expect, it } from 'vitest';
import { createSmtpMails, type SmtpSettings } from './mails.smtp.ts';

/** A real SMTP server, over real TLS. */
const authority = createAuthority({ subject: [{ CN: 'test authority' }] });
const issue = (...names: string[]) =>
  authority.issue({ subject: [{ CN: 'mail' }], names, usages: ['serverAuth'] });
const server = issue('127.0.0.1');
const user = { name: 'psc@example', password: 'p@ss:word/1' };
const mail = {
  messageId: 'm1',
  channel: 'email',
  kind: 'contact-changed',
  to: 'camille.dupont@cabinet.example',
  subject: 'Votre adresse e-mail a été modifiée',
  text: 'Bonjour,\n\n.L’adresse a été modifiée.\n\nPro Santé Connect',
} as const;

const opened: (() => unknown)[] = [];
let received: ReceivedMail[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
  received = [];
});

async function open(
  behaviour: Partial<SmtpServerSettings>,
  settings: Partial<SmtpSettings> & { scheme?: 'smtp' | 'smtps'; login?: string } = {},
) {
  const [port = 0] = await freePorts(1);
  const smtp = await startSmtpServer({
    port,
    server,
    tls: 'first',
    receive: (each) => received.push(each),
    onError: () => undefined,
    ...behaviour,
  });
  opened.push(smtp.close);
  const { scheme = 'smtps', login = '', ...others } = settings;
  return createSmtpMails({
    url: `${scheme}://${login}127.0.0.1:${port}`,
    tls: 'required',
    ca: authority.certificate,
    from: { name: 'Pro Santé Connect', address: 'ne-pas-repondre@psc.example' },
    timeoutMs: 5_000,
    ...others,
  });
}

describe('an e-mail', () => {
  it('reaches one mailbox, as it was written, with a name of its own', async () => {
    const mails = await open({});
    expect(await mails.send(mail)).toEqual({ kind: 'taken' });
    expect(await mails.send(mail)).toEqual({ kind: 'taken' });
    const [one, again] = received;
    expect(one).toMatchObject({
      to: mail.to,
      from: 'ne-pas-repondre@psc.example',
      subject: mail.subject,
      text: mail.text,
    });
    expect(one?.headers.get('message-id')).toBe('<m1@psc.example>');
    expect(again?.headers.get('message-id')).toBe('<m1@psc.example>');
    expect(one?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(one?.headers.has('x-mailer')).toBe(false);
  });

  it('goes by STARTTLS, with a login whose password is of any characters', async () => {
    const login = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@`;
    const mails = await open({ tls: 'starttls', user }, { scheme: 'smtp', login });
    expect(await mails.send(mail)).toEqual({ kind: 'taken' });
    expect(received).toHaveLength(1);
  });

  it('has one recipient, whatever is written in the address', async () => {
    const mails = await open({});
    for (const to of [
      'a@one.example, b@two.example',
      'a@one.example\r\nBcc: b@two.example',
      'Camille <a@b.c>',
    ])
      await mails.send({ ...mail, to });
    expect(received.map(({ to }) => to)).not.toContain('b@two.example');
    expect(received.every(({ headers }) => !headers.has('bcc'))).toBe(true);
  });
});

describe('no e-mail leaves', () => {
  const tlsFailed = { kind: 'unsent', reason: 'mail_server_tls_failed' };

  it('for a server whose authority is unknown', async () => {
    for (const [tls, scheme] of [
      ['first', 'smtps'],
      ['starttls', 'smtp'],
    ] as const) {
      const mails = await open({ tls }, { scheme, ca: undefined });
      expect(await mails.send(mail)).toEqual(tlsFailed);
    }
    expect(received).toEqual([]);
  });

  it('for a server whose certificate is of another name', async () => {
    const mails = await open({ server: issue('mail.example') });
    expect(await mails.send(mail)).toEqual(tlsFailed);
    expect(received).toEqual([]);
  });

  it('without TLS, unless the configuration says so', async () => {
    const mails = await open({ tls: 'none' }, { scheme: 'smtp' });
    expect(await mails.send(mail)).toEqual(tlsFailed);
    expect(received).toEqual([]);
    const plain = await open({ tls: 'none' }, { scheme: 'smtp', tls: 'none' });
    expect(await plain.send(mail)).toEqual({ kind: 'taken' });
    expect(received).toHaveLength(1);
  });

  it('when the server does not know us: that says nothing of the message', async () => {
    for (const login of ['psc:wrong@', '']) {
      const mails = await open({ user }, { login });
      expect(await mails.send(mail)).toEqual({ kind: 'unsent', reason: 'mail_login_refused' });
    }
    expect(received).toEqual([]);
  });
});

describe('what the server answers', () => {
  it.each([
    ['RCPT', 451],
    ['RCPT', 550],
    ['DATA', 452],
    ['DATA', 554],
  ] as const)('to %s is told by its code: %i', async (stage, code) => {
    const mails = await open({ obstacle: (at) => (at === stage ? code : undefined) });
    expect(await mails.send(mail)).toEqual({ kind: 'rejected', code });
    expect(received).toEqual([]);
  });

  it('is nothing when it is down, away, or silent', async () => {
    const [port = 0] = await freePorts(1);
    const common = {
      tls: 'required',
      ca: undefined,
      from: { name: '', address: 'a@psc.example' },
      timeoutMs: 300,
    } as const;
    const down = createSmtpMails({ ...common, url: `smtp://127.0.0.1:${port}` });
    expect(await down.send(mail)).toEqual({ kind: 'unsent', reason: 'mail_server_unreachable' });
    const away = createSmtpMails({ ...common, url: 'smtp://mail.invalid:25' });
    expect(await away.send(mail)).toEqual({ kind: 'unsent', reason: 'mail_server_unresolved' });

    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket)).listen(port, '127.0.0.1');
    await once(silent, 'listening');
    opened.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    for (const scheme of ['smtp', 'smtps']) {
      const mails = createSmtpMails({ ...common, url: `${scheme}://127.0.0.1:${port}` });
      expect(await mails.send(mail)).toEqual({ kind: 'unsent', reason: 'mail_server_timed_out' });
    }
  });
});
