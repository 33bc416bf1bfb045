import type { Approvals } from '@psc/approvals';
import { deriveKeys } from '@psc/datastores';
import { Counter, continueTrace, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance } from 'fastify';
import { createCachedDirectory } from '#src/adapters/directory.cached.ts';
import { createIdentityProofs } from '#src/adapters/proofs.identity.ts';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createSubjects } from '#src/domain/subject.ts';
import { createPings } from '#src/engine/ciba/pings.ts';
import { createDeviceLimits } from '#src/engine/device-limits.ts';
import { type Engine, startEngine } from '#src/engine/engine.ts';
import { OWN_KEY_BYTES } from '#src/engine/token-signer.ts';
import { applicationCallRoutes } from '#src/http/application-calls.routes.ts';
import type { Applications } from '#src/ports/applications.ts';
import type { Challenges } from '#src/ports/challenges.ts';
import type { Directory } from '#src/ports/directory.ts';
import type { Registry } from '#src/ports/registry.ts';
import type { SigningKeys } from '#src/ports/signing-keys.ts';
import type { TraceStep } from '#src/ports/traces.ts';
import { createAskByCiba } from '#src/use-cases/ask-by-ciba.ts';
import { createAdvanceKeys } from '#src/use-cases/change-signing-keys.ts';
import { createFinishLogin } from '#src/use-cases/finish-login.ts';
import { createJudgePoll, paceOf } from '#src/use-cases/judge-poll.ts';
import { createOpenLogin } from '#src/use-cases/open-login.ts';
import { createPreparePing } from '#src/use-cases/prepare-ping.ts';
import { createVerifyLogin } from '#src/use-cases/verify-login.ts';
import { type ClientAuthParts, type ClientAuthSettings, composeClientAuth } from './client-auth.ts';
import type { Config } from './config.ts';
import { measureSigningKeys, startKeySchedule } from './key-schedule.ts';
import { type KeySettings, keyPolicyOf } from './key-settings.ts';
import { composeRegisterEvents, type RegisterEventParts } from './register-events.ts';
import { composeRegistration, type RegistrationSettings } from './registration.ts';
import { composeSessions, type SessionParts } from './sessions.ts';

/** What the service is made of: real in `main.ts`, fakes or both in tests. */
export interface Parts extends ClientAuthParts, SessionParts, RegisterEventParts {
  readonly approvals: Approvals;
  readonly registry: Registry;
  readonly signingKeys: SigningKeys;
  readonly applications: Applications;
  readonly directory: Directory;
  readonly challenges: Challenges;
  readonly identity: ServiceIdentity;
}

type OwnSettings = Pick<
  Config,
  | 'ISSUER'
  | 'WALLET_URL'
  | 'COOKIE_KEYS'
  | 'SEAL_KEYS'
  | 'SUBJECT_STORE_UUID'
  | 'ACCESS_TOKEN_SECONDS'
  | 'ID_TOKEN_SECONDS'
  | 'AUTHORIZATION_CODE_SECONDS'
  | 'REFRESH_TOKEN_SECONDS'
  | 'SESSION_IDLE_SECONDS'
  | 'SESSION_MAX_SECONDS'
  | 'LOGIN_PAGE_SECONDS'
  | 'CIBA_INTERVAL_SECONDS'
  | 'PROFESSIONAL_FRESH_SECONDS'
  | 'REGISTRY_REFRESH_SECONDS'
  | 'TEST_APPLICATIONS'
  | keyof KeySettings
>;

export type Settings = OwnSettings & ClientAuthSettings & RegistrationSettings;

/** A login page outlives the wait for an identifier: the answer, its page, and a little more. */
const LOGIN_ENDING_SECONDS = 900;
const MOST_PROFESSIONALS_REMEMBERED = 10_000;

/** THE table: parts → use cases → engine → routes. */
export async function compose(app: FastifyInstance, parts: Parts, settings: Settings): Promise<Engine> {
  const { approvals, clock, logger, quotas } = parts;
  const clientAuth = composeClientAuth(parts, settings);
  const sessions = composeSessions(parts, settings, () => engine);
  const directory = createCachedDirectory(parts.directory, {
    freshMs: settings.PROFESSIONAL_FRESH_SECONDS * 1000,
    most: MOST_PROFESSIONALS_REMEMBERED,
    clock,
  });
  const finished = new Counter({
    name: 'logins_finished_total',
    help: 'Browsers that came back from the wallet, by outcome',
    labelNames: ['outcome'],
    registers: [parts.metrics],
  });

  const polls = new Counter({
    name: 'ciba_polls_total',
    help: 'Requests for the tokens of a CIBA request, by outcome',
    labelNames: ['outcome'],
    registers: [parts.metrics],
  });
  const pings = createPings(parts.store);
  const trace: TraceStep = (approval, step, work) => continueTrace(approval.request.traceparent, step, work);
  const verifyLogin = createVerifyLogin({ proofs: createIdentityProofs(parts.identity), directory });

  const engine: Engine = await startEngine(
    {
      registry: parts.registry,
      store: parts.store,
      approvals,
      directory,
      openLogin: createOpenLogin({ approvals, clock }),
      finishLogin: createFinishLogin({ approvals, verifyLogin, trace }),
      askByCiba: createAskByCiba({ approvals, challenges: parts.challenges, pings, clock }),
      judgePoll: createJudgePoll({
        approvals,
        quotas,
        paceMs: paceOf(settings.CIBA_INTERVAL_SECONDS),
        clock,
      }),
      endSession: sessions.endSession,
      verifyLogin,
      trace,
      quotas,
      subjects: createSubjects(settings.SUBJECT_STORE_UUID),
      logger,
      clock,
      onFinished: (outcome) => finished.inc({ outcome }),
      onPoll: (outcome) => polls.inc({ outcome }),
      ...clientAuth,
      fronts: [...clientAuth.fronts, ...createDeviceLimits(parts)],
    },
    {
      issuer: settings.ISSUER,
      walletUrl: settings.WALLET_URL,
      mtlsUrl: settings.MTLS_URL,
      cookieKeys: settings.COOKIE_KEYS,
      refreshTokenKeys: deriveKeys(settings.SEAL_KEYS, 'refresh-token', OWN_KEY_BYTES),
      lifetimes: {
        accessToken: settings.ACCESS_TOKEN_SECONDS,
        idToken: settings.ID_TOKEN_SECONDS,
        authorizationCode: settings.AUTHORIZATION_CODE_SECONDS,
        refreshToken: settings.REFRESH_TOKEN_SECONDS,
        sessionIdle: settings.SESSION_IDLE_SECONDS,
        sessionMax: settings.SESSION_MAX_SECONDS,
        interaction: settings.LOGIN_PAGE_SECONDS + LOGIN_ENDING_SECONDS,
      },
      cibaInterval: settings.CIBA_INTERVAL_SECONDS,
      registryRefreshMs: settings.REGISTRY_REFRESH_SECONDS * 1000,
      testApplications: settings.TEST_APPLICATIONS,
      documentsMaxAgeSeconds: settings.DOCUMENTS_MAX_AGE_SECONDS,
    },
  );
  engine.mount(app);
  await sessions.mount(app);
  await app.register(composeRegistration(parts, settings));
  const { endSession } = sessions;
  await app.register(composeRegisterEvents(parts, settings, { endSession, forget: directory.forget }));
  const preparePing = createPreparePing({ pings, findApplication: engine.findApplication });
  const prepare = { ping: preparePing, logout: sessions.prepareLogoutCall };
  await app.register(applicationCallRoutes({ identity: parts.identity, prepare }));
  app.addHook('onClose', async () => engine.stop());
  scheduleKeys(app, parts, settings);
  return engine;
}

function scheduleKeys(app: FastifyInstance, parts: Parts, settings: Settings): void {
  const { signingKeys: keys, logger } = parts;
  measureSigningKeys(keys, [parts.metrics]);
  if (settings.SIGNING_KEY_ROTATION === 'by-command') return;
  const schedule = startKeySchedule({
    advance: createAdvanceKeys({ keys, generate: generateSigningKey, policy: keyPolicyOf(settings) }),
    everyMs: settings.SIGNING_KEY_CHECK_SECONDS * 1000,
    logger,
  });
  app.addHook('onClose', () => schedule.stop());
}
