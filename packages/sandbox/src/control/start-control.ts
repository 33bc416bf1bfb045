import { join } from 'node:path';
import type { Approvals } from '@psc/approvals';
import { systemClock } from '@psc/kernel';
import type { ServiceClient } from '@psc/runtime';
import type { Authority } from '@psc/test-pki';
import { type FastifyInstance, fastify } from 'fastify';
import type { Redis } from 'ioredis';
import {
  type MessageServicesSettings,
  startMessageServices,
} from '../message-services/start-message-services.ts';
import { createPhoneRecords } from '../phones/phone-records.ts';
import { startPhones } from '../phones/start-phones.ts';
import { createPushService } from '../push-service/push-service.ts';
import type { SeededApplication } from '../seeds/applications.ts';
import type { ExtractFile } from '../seeds/extracts.ts';
import type { Person } from '../seeds/person.ts';
import { answerErrors, ControlRefusal } from './answers.ts';
import { cibaRoutes } from './ciba.routes.ts';
import { type ApplyApplications, clientRoutes } from './clients.routes.ts';
import { type About, consoleRoutes } from './console.routes.ts';
import { forgetPending } from './forget-pending.ts';
import { outboxRoutes } from './outbox.routes.ts';
import { createOutbox } from './outbox.ts';
import { createPeople } from './people.ts';
import { createPeopleFile } from './people-file.ts';
import { phoneRoutes } from './phones.routes.ts';
import { professionalRoutes } from './professionals.routes.ts';
import { isPublicIssuer } from './public-issuer.ts';
import { refuseOtherSites } from './same-site.ts';

export interface ControlSettings {
  readonly port: number;
  /** This machine only, unless said otherwise: whoever reaches the control API can log in as anybody here. */
  readonly host?: string;
  readonly about: About;
  /** Where the phones and the people outlive the process. */
  readonly directory: string;
  /** The wallet host's public address. */
  readonly walletUrl: string;
  /** auth-broker, called as the service `enrolment-desk`. */
  readonly authBroker: ServiceClient;
  readonly vapidPublicKey: string;
  readonly messageServices: MessageServicesSettings;
  readonly approvals: Approvals;
  readonly redis: Redis;
  readonly seeds: readonly Person[];
  /** Has rpps-directory import extracts of the register, in this order. */
  readonly importRegister: (files: readonly ExtractFile[]) => Promise<void>;
  /** Those that exist from the first start. */
  readonly applications: readonly SeededApplication[];
  /** Issues the certificates of applications that have none. */
  readonly authority: Authority;
  /** Declares applications at oidc-provider. */
  readonly applyApplications: ApplyApplications;
  /** Hears of what went wrong while nobody was waiting for it. */
  readonly onError: (error: unknown) => void;
}

export interface Control {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The control API, the console, the push service, the phones, the mailboxes. Resolves once the directory knows the people and every
 * phone is enrolled. What it is given stays the caller's to close.
 */
export async function startControl(settings: ControlSettings): Promise<Control> {
  const { port, host = 'localhost', about, approvals, redis, directory, onError } = settings;
  if (isPublicIssuer(about.issuer))
    throw new Error(
      `the sandbox does not run beside a public issuer (${about.issuer}): it would log in as anybody`,
    );
  const url = `http://localhost:${port}`;

  const outbox = createOutbox(systemClock);
  const pushService = createPushService({ url, vapidPublicKey: settings.vapidPublicKey });
  const file = createPeopleFile(join(directory, 'people.json'), settings.seeds);
  const people = createPeople({
    seeds: settings.seeds,
    found: await file.load(),
    importRegister: settings.importRegister,
    save: file.save,
  });
  const owners = () =>
    people
      .list()
      .filter(({ ecps }) => ecps.active)
      .map(({ nationalId, ecps }) => ({ nationalId, pin: ecps.pin }));
  const [phones] = await Promise.all([
    startPhones({
      owners: owners(),
      walletUrl: settings.walletUrl,
      authBroker: settings.authBroker,
      pushService,
      records: createPhoneRecords(join(directory, 'phones.json'), settings.walletUrl, url),
      approvals,
      onPushed: (to, { text }) => outbox.add({ channel: 'push', to, subject: '', text }),
      onError,
    }),
    people.publish(),
  ]);

  const app = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 256 } });
  answerErrors(app, onError);
  refuseOtherSites(app);
  readBodies(app);
  pushService.register(app);
  await consoleRoutes(app, { about, people, phones, outbox, approvals });
  professionalRoutes(app, people, phones);
  phoneRoutes(app, phones, people);
  outboxRoutes(app, outbox);
  clientRoutes(app, settings);
  cibaRoutes(app, phones, approvals);
  app.post('/reset', async (_request, reply) => {
    await forgetPending(redis);
    await people.reset();
    await phones.reset(owners());
    outbox.clear();
    return reply.code(204).send();
  });
  const messageServices = await startMessageServices(settings.messageServices, outbox, onError);
  await app.listen({ host, port }).catch(async (error: unknown) => {
    await messageServices.close();
    throw error;
  });

  return {
    url,
    async close() {
      phones.close();
      await Promise.all([app.close(), messageServices.close()]);
    },
  };
}

/** JSON, and nothing at all even when a client announces JSON: several do, to say nothing. Other bodies are not read. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(new ControlRefusal(400, 'malformed_request', 'body: is not JSON'));
    }
  });
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume();
    body.on('end', () => done(null));
  });
}
