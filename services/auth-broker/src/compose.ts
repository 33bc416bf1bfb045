import { randomBytes, randomInt } from 'node:crypto';
import type { Approvals } from '@psc/approvals';
import type { Clock } from '@psc/kernel';
import { networkOf, type Quotas } from '@psc/quotas';
import { Counter, continueTrace, Gauge, type Registry, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { createJoseDeviceSignatures } from '#src/adapters/device-signatures.jose.ts';
import { createNotificationBudget } from '#src/adapters/notification-budget.ts';
import { createIdentityProofs } from '#src/adapters/proofs.identity.ts';
import { createBrowsers } from '#src/http/browser.ts';
import { deviceRoutes } from '#src/http/device.routes.ts';
import { internalRoutes } from '#src/http/internal.routes.ts';
import { loginRoutes } from '#src/http/login.routes.ts';
import { createLoginStreams } from '#src/http/login-streams.ts';
import { walletRoutes } from '#src/http/wallet.routes.ts';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';
import type { Devices } from '#src/ports/devices.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { FraudReports } from '#src/ports/fraud-reports.ts';
import type { Messages } from '#src/ports/messages.ts';
import type { Notifications } from '#src/ports/notifications.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';
import type { PinVerifiers } from '#src/ports/pin-verifiers.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import { createAnswerChallenge } from '#src/use-cases/answer-challenge.ts';
import { createAuthenticateDevice } from '#src/use-cases/authenticate-device.ts';
import { createCancelLogin } from '#src/use-cases/cancel-login.ts';
import { createChallengeForApplication } from '#src/use-cases/challenge-for-application.ts';
import { createChallengePhone } from '#src/use-cases/challenge-phone.ts';
import { createConfirmSilence } from '#src/use-cases/confirm-silence.ts';
import { createContinueLogin } from '#src/use-cases/continue-login.ts';
import { createDecideChallenge } from '#src/use-cases/decide-challenge.ts';
import { createFindLoginStep } from '#src/use-cases/find-login-step.ts';
import { createFollowLogin } from '#src/use-cases/follow-login.ts';
import { createIdentifyProfessional } from '#src/use-cases/identify-professional.ts';
import { createIssueTicket } from '#src/use-cases/issue-ticket.ts';
import { createListRequests } from '#src/use-cases/list-requests.ts';
import { createRegisterDevice } from '#src/use-cases/register-device.ts';
import { composeMessages } from './compose-messages.ts';
import { composeRegisterEvents } from './compose-register-events.ts';
import type { Config } from './config.ts';

/** What the service is made of: real in `main.ts`, fakes or both in tests. */
export interface Parts {
  readonly approvals: Approvals;
  readonly devices: Devices;
  readonly fraudReports: FraudReports;
  readonly quotas: Quotas;
  readonly pins: PinVerifiers;
  readonly directory: Directory;
  readonly registerEvents: RegisterEvents;
  readonly notifications: Notifications;
  readonly calls: ApplicationCalls;
  readonly owedMessages: OwedMessages;
  readonly messages: Messages;
  readonly identity: ServiceIdentity;
  /** Keyed digest of what must be counted and not read: a person, an address. */
  readonly pseudonym: (value: string) => string;
  readonly metrics: Registry;
  readonly clock: Clock;
}

export type Settings = Pick<
  Config,
  | 'WALLET_URL'
  | 'REPORT_URL'
  | 'OIDC_AUTHORIZATION_URL'
  | 'PORTAL_URL'
  | 'PIN_LENGTH'
  | 'PIN_TRIES'
  | 'ACTIVATION_TICKET_SECONDS'
  | 'NOTIFICATIONS_UNANSWERED'
  | 'NOTIFICATIONS_WINDOW_HOURS'
  | 'DEVICE_CALLS_PER_MINUTE'
  | 'DEVICE_CALLS_PER_ADDRESS_PER_MINUTE'
  | 'WAITING_PAGES'
>;

const trace: TraceStep = (approval, step, work) => continueTrace(approval.request.traceparent, step, work);
const drawOpaque = (bytes: number) => () => randomBytes(bytes).toString('base64url');
const drawDeviceId = drawOpaque(16);

/** THE table: parts → use cases → routes. */
export async function compose(app: FastifyInstance, parts: Parts, settings: Settings): Promise<void> {
  const { approvals, devices, fraudReports, quotas, pins, directory, notifications, identity, clock } = parts;
  const registers = [parts.metrics];
  const walletOrigin = new URL(settings.WALLET_URL).origin;
  const signatures = createJoseDeviceSignatures(walletOrigin);
  const proofs = createIdentityProofs(identity);
  const budget = createNotificationBudget({
    quotas,
    pseudonym: parts.pseudonym,
    unanswered: settings.NOTIFICATIONS_UNANSWERED,
    windowMs: settings.NOTIFICATIONS_WINDOW_HOURS * 3_600_000,
  });

  const challengePhone = createChallengePhone({
    approvals,
    directory,
    devices,
    budget,
    notifications,
    onUnnotified: (error) => app.log.error({ err: error }, 'phones could not be told of a login'),
    drawNumber: () => String(randomInt(100)).padStart(2, '0'),
    drawDeviceId,
    clock,
  });
  const findLoginStep = createFindLoginStep({ approvals });
  const continueLogin = createContinueLogin({ findLoginStep, challengePhone, trace });
  const identifyProfessional = createIdentifyProfessional({ findLoginStep, challengePhone, trace });
  const cancelLogin = createCancelLogin({ findLoginStep, approvals, trace });
  const streams = createLoginStreams({
    follow: createFollowLogin({ approvals, clock }),
    most: settings.WAITING_PAGES,
    onError: (error) => app.log.error({ err: error }, 'a page that waits was cut off'),
  });
  new Gauge({
    name: 'login_pages_waiting',
    help: 'Pages that wait for an answer of a phone',
    registers,
    collect() {
      this.set(streams.count);
    },
  });
  const decisions = new Counter({
    name: 'login_decisions_total',
    help: 'Decisions of phones, by state and reason',
    labelNames: ['state', 'reason'],
    registers,
  });

  const decideChallenge = createDecideChallenge({
    approvals,
    onDecided: ({ id, request }, decision) => {
      const { state } = decision;
      const reason = 'reason' in decision ? decision.reason : '';
      decisions.inc({ state, reason });
      const decided = { approvalId: id, clientId: request.clientId, state, reason };
      if (state === 'reported') app.log.warn(decided, 'a professional reported a fraud');
      else app.log.info(decided, 'a login was decided');
    },
    calls: parts.calls,
    onUnpinged: (error) => app.log.error({ err: error }, 'an application could not be told of a decision'),
  });
  const authenticate = createAuthenticateDevice({
    confirmSilence: createConfirmSilence({ directory, devices, approvals, decideChallenge }),
    devices,
    signatures,
    quotas,
    callsPerMinute: settings.DEVICE_CALLS_PER_MINUTE,
    clock,
  });
  const registerDevice = createRegisterDevice({
    devices,
    signatures,
    pins,
    quotas,
    pinLength: settings.PIN_LENGTH,
    drawDeviceId,
    clock,
  });
  const listRequests = createListRequests({ approvals, authenticate });
  const answerChallenge = createAnswerChallenge({
    approvals,
    authenticate,
    devices,
    pins,
    proofs,
    fraudReports,
    budget,
    decideChallenge,
    trace,
    pinTries: settings.PIN_TRIES,
    clock,
  });
  const issueTicket = createIssueTicket({
    devices,
    directory,
    lifetime: settings.ACTIVATION_TICKET_SECONDS,
    drawTicket: drawOpaque(32),
    clock,
  });
  const admitAddress = (ip: string) =>
    quotas.reserve(
      `device-address:${parts.pseudonym(networkOf(ip))}`,
      settings.DEVICE_CALLS_PER_ADDRESS_PER_MINUTE,
      60_000,
    );

  const { sendMessage } = await composeMessages(app, parts, settings);
  await composeRegisterEvents(app, parts, { decideChallenge, sendMessage });

  // Before the server stops: it waits for what is in flight, and these would never end.
  app.addHook('preClose', async () => streams.close());
  await app.register(
    walletRoutes({ authorizationUrl: settings.OIDC_AUTHORIZATION_URL, portalUrl: settings.PORTAL_URL }),
  );
  await app.register(
    loginRoutes({
      findLoginStep,
      continueLogin,
      identifyProfessional,
      cancelLogin,
      streams,
      browsers: createBrowsers(settings.WALLET_URL),
      walletOrigin,
      clock,
    }),
  );
  await app.register(
    deviceRoutes({ registerDevice, listRequests, answerChallenge, admitAddress, walletOrigin }),
  );
  await app.register(
    internalRoutes({
      identity,
      issueTicket,
      challengeForApplication: createChallengeForApplication({ approvals, challengePhone, trace, clock }),
      findPushSubscription: (deviceId) => devices.findPushSubscription(deviceId),
    }),
  );
}
