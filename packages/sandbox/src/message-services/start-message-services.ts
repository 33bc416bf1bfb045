import type { Issued } from '@psc/test-pki';
import type { Outbox } from '#src/control/outbox.ts';
import { startSmsGateway } from './start-sms-gateway.ts';
import { startSmtpServer } from './start-smtp-server.ts';

export interface MessageServicesSettings {
  readonly smtpPort: number;
  readonly smsPort: number;
  readonly server: Issued;
  readonly smtpPassword: string;
  readonly smsToken: string;
}

export const smtpUser = 'sandbox';

/** The mailboxes and the telephones of everybody: what reaches them is in the outbox. Only this machine reaches them. */
export async function startMessageServices(
  { smtpPort, smsPort, server, smtpPassword, smsToken }: MessageServicesSettings,
  outbox: Pick<Outbox, 'add'>,
  onError: (error: Error) => void,
): Promise<{ close(): Promise<void> }> {
  const smtp = await startSmtpServer({
    port: smtpPort,
    server,
    tls: 'first',
    user: { name: smtpUser, password: smtpPassword },
    receive: ({ to, subject, text }) => outbox.add({ channel: 'email', to, subject, text }),
    onError,
  });
  const gateway = await startSmsGateway({
    port: smsPort,
    server,
    token: smsToken,
    receive: ({ to, text }) => outbox.add({ channel: 'sms', to, subject: '', text }),
  }).catch(async (error: unknown) => {
    await smtp.close();
    throw error;
  });
  return {
    async close() {
      await Promise.all([smtp.close(), gateway.close()]);
    },
  };
}

/** What notification-worker needs to reach them: see its `src/message-config.ts`. */
export function messageServicesEnvironment(settings: {
  readonly ports: { readonly smtp: number; readonly sms: number };
  readonly secrets: { readonly smtpPassword: string; readonly smsToken: string };
  readonly authority: string;
}): Record<string, string> {
  const { ports, secrets } = settings;
  return {
    SMTP_URL: `smtps://${smtpUser}:${secrets.smtpPassword}@127.0.0.1:${ports.smtp}`,
    MAIL_FROM: 'Pro Santé Connect (bac à sable) <ne-pas-repondre@sandbox.example>',
    SMS_GATEWAY_URL: `https://127.0.0.1:${ports.sms}/messages`,
    SMS_GATEWAY_TOKEN: secrets.smsToken,
    MESSAGES_CA: settings.authority,
  };
}
