import { createRedisApprovals } from '@psc/approvals';
import { createSeal, openRedis } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { createServiceClient, createServiceIdentity } from '@psc/runtime';
import { startControl } from '#src/control/start-control.ts';
import type { SeededApplication } from '#src/seeds/applications.ts';
import { seededPeople } from '#src/seeds/register.ts';
import type { Commands } from './commands.ts';
import { trustOf } from './secrets.ts';
import type { Wiring } from './services.ts';

const TIMEOUT_MS = 10_000;

/** Opens what the control API needs, and starts it beside the services. Answers how to close all of it. */
export async function openControl(
  wiring: Wiring,
  settings: {
    directory: string;
    commands: Commands;
    applications: readonly SeededApplication[];
    onError: (error: unknown) => void;
  },
): Promise<() => Promise<void>> {
  const { secrets, addresses, ports } = wiring;
  const { directory, commands, applications, onError } = settings;
  const identity = await createServiceIdentity({
    name: 'enrolment-desk',
    key: secrets.serviceKeys['enrolment-desk'],
    trust: trustOf(secrets),
    clock: systemClock,
  });
  const [redis, subscriber] = await Promise.all([
    openRedis(wiring.redisUrl, 'commands', onError),
    openRedis(wiring.redisUrl, 'subscriber', onError),
  ]);
  const approvals = createRedisApprovals({
    redis,
    subscriber,
    seal: createSeal(secrets.approvalSealKeys),
    clock: systemClock,
  });
  const closeConnections = async () => {
    await approvals.close();
    redis.disconnect();
    subscriber.disconnect();
  };
  try {
    const control = await startControl({
      port: ports.control,
      host: wiring.host,
      about: {
        issuer: addresses.issuer,
        addresses: { ...addresses },
        versions: { psc: wiring.version, node: process.versions.node },
      },
      directory,
      walletUrl: addresses.wallet,
      authBroker: createServiceClient({
        baseUrl: addresses.wallet,
        audience: 'auth-broker',
        identity,
        timeoutMs: TIMEOUT_MS,
      }),
      vapidPublicKey: secrets.vapid.publicKey,
      approvals,
      redis,
      seeds: seededPeople,
      importRegister: commands.importRegister,
      applications,
      applyApplications: commands.applyApplications,
      authority: wiring.pki.authority,
      messageServices: {
        smtpPort: ports.smtp,
        smsPort: ports.sms,
        server: wiring.pki.server,
        smtpPassword: secrets.smtpPassword,
        smsToken: secrets.smsToken,
      },
      onError,
    });
    return async () => {
      await control.close();
      await closeConnections();
    };
  } catch (error) {
    await closeConnections();
    throw error;
  }
}
