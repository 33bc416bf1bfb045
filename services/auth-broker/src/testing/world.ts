import { randomBytes, randomInt } from 'node:crypto';
import type { ApprovalRequest, Approvals } from '@psc/approvals';
import { sampleRequest } from '@psc/approvals/sample-request';
import type { RegisterEvent } from '@psc/contracts';
import { createDevice, type Device, type DeviceKeys, generateDeviceKeys } from '@psc/ecps-device';
import { Unavailable, withLuhnKey } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { createHttpServer, createLogger, createMetrics, type ServiceIdentity } from '@psc/runtime';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { createHmacPinVerifiers } from '#src/adapters/pin-verifiers.hmac.ts';
import { compose, type Parts, type Settings } from '#src/compose.ts';
import type { ApplicationCalls } from '#src/ports/application-calls.ts';
import type { Devices } from '#src/ports/devices.ts';
import type { KnownProfessional } from '#src/ports/directory.ts';
import type { FraudReports } from '#src/ports/fraud-reports.ts';
import type { Messages } from '#src/ports/messages.ts';
import type { Notifications } from '#src/ports/notifications.ts';
import type { OwedMessages } from '#src/ports/owed-messages.ts';
import type { PreviousContact } from '#src/ports/register-events.ts';
import { createIdentities } from './identities.ts';

export const walletUrl = 'https://wallet.example';
export const returnTo = 'https://auth.example/realms/esante-wallet/protocol/openid-connect/auth/1';

/** A professional of the test ranges, and another identifier of theirs. */
function inventProfessional() {
  const digits = () => String(randomInt(10_000_000)).padStart(7, '0');
  const rpps = withLuhnKey(`997${digits()}`);
  return { rpps, nationalId: `8${rpps}`, adeli: `075${digits()}`, pin: '4321' };
}

/** What may be real or a fake in a world. */
export interface Stores {
  readonly approvals: Approvals;
  readonly devices: Devices;
  readonly fraudReports: FraudReports;
  readonly quotas: Quotas;
  readonly notifications: Notifications;
  readonly calls: ApplicationCalls;
  readonly owedMessages: OwedMessages;
  readonly messages: Messages;
  /** The notifications taken so far for an approval, by device. */
  notified(approvalId: string): Promise<readonly string[]>;
  /** The applications to call about an approval. */
  pinged(approvalId: string): Promise<readonly string[]>;
}

const defaultSettings: Settings = {
  WALLET_URL: walletUrl,
  OIDC_AUTHORIZATION_URL: 'https://auth.example/auth',
  PORTAL_URL: 'https://auth.example/account',
  PIN_LENGTH: 4,
  PIN_TRIES: 3,
  ACTIVATION_TICKET_SECONDS: 900,
  NOTIFICATIONS_UNANSWERED: 3,
  NOTIFICATIONS_WINDOW_HOURS: 24,
  DEVICE_CALLS_PER_MINUTE: 1_000,
  DEVICE_CALLS_PER_ADDRESS_PER_MINUTE: 100_000,
  WAITING_PAGES: 20,
};

/** The whole service in this process, with a time that tests move, oidc-provider and phones to play with. */
export async function createWorld(
  stores: Stores,
  time: { now: number },
  settings: Partial<Settings> = {},
): Promise<World> {
  const clock = () => time.now;
  const camille = inventProfessional();
  const broken = new Set<'directory' | 'queue'>();
  const known = { nationalId: camille.nationalId, active: true };
  const register: TestRegister = {
    people: new Map([
      [camille.nationalId, known],
      [camille.adeli, known],
    ]),
    events: [],
    previousContacts: new Map(),
    unreadable: new Set(),
  };
  const { byName: services } = await createIdentities(
    ['auth-broker', 'enrolment-desk', 'notification-worker', 'oidc-provider'],
    clock,
  );
  const secret = randomBytes(16).toString('hex');
  const metrics = createMetrics('auth-broker');
  const parts: Parts = {
    ...stores,
    metrics,
    pins: createHmacPinVerifiers(`k1:${randomBytes(32).toString('base64')}`),
    directory: {
      async find(identifier) {
        if (broken.has('directory')) throw new Unavailable('directory_unavailable', 'unplugged');
        return register.people.get(identifier);
      },
    },
    registerEvents: {
      async read({ first, last }) {
        if (broken.has('directory')) throw new Unavailable('directory_unavailable', 'unplugged');
        return register.events.filter(({ id }) => id >= first && id <= last);
      },
      async findPreviousContact(id) {
        // What breaks rpps-directory is seen here as an answer that does not come.
        if (register.unreadable.has(id)) throw new Unavailable('service_unavailable', 'unreadable');
        return register.previousContacts.get(id);
      },
      async markAnnounced(id) {
        if (broken.has('queue')) throw new Unavailable('directory_unavailable', 'unplugged');
        register.previousContacts.delete(id);
      },
    },
    notifications: {
      async notify(...told) {
        if (broken.has('queue')) throw new Unavailable('queue_unavailable', 'unplugged');
        return stores.notifications.notify(...told);
      },
    },
    calls: {
      async ping(...owed) {
        if (broken.has('queue')) throw new Unavailable('queue_unavailable', 'unplugged');
        return stores.calls.ping(...owed);
      },
    },
    identity: services['auth-broker'].identity,
    pseudonym: (value) => `${secret}.${value}`,
    clock,
  };
  const app = createHttpServer({
    logger: createLogger({ service: 'auth-broker', level: 'silent' }),
    metrics,
    isReady: async () => true,
    trustedProxies: [],
  });
  await compose(app, parts, { ...defaultSettings, ...settings });
  await app.ready();

  const injected = injectedFetch(app);
  const world: World = {
    app,
    camille,
    stranger: inventProfessional(),
    stores,
    register,
    now: clock,
    broken,
    pass: (milliseconds) => {
      time.now += milliseconds;
    },
    providerIdentity: services['oidc-provider'].identity,
    callAs: async (caller, method, path, body) => {
      const authorization = `Bearer ${await services[caller].identity.tokenFor('auth-broker')}`;
      return app.inject({
        method,
        url: path,
        headers: { authorization },
        ...(body ? { payload: body } : {}),
      });
    },
    async openLogin(change = {}) {
      const id = randomBytes(24).toString('base64url');
      const opened = await stores.approvals.open(
        id,
        sampleRequest({
          clientId: 'agenda',
          clientName: 'Agenda médical',
          requester: {
            ip: '192.0.2.1',
            userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0',
          },
          returnTo,
          openedAt: time.now,
          ...change,
        }),
      );
      expect(opened.ok).toBe(true);
      return id;
    },
    browser: (options) => createBrowser(app, options),
    async phone({ nationalId = camille.nationalId } = {}) {
      const keys = await generateDeviceKeys();
      const device = world.phoneWith(keys);
      const ticket = await world.ticket(nationalId);
      const registered = await device.register({ ticket, pin: camille.pin, name: 'Téléphone' });
      expect(registered).toMatchObject({ ok: true });
      return device;
    },
    phoneWith: (keys, deviceId) =>
      createDevice({ walletUrl, keys, fetch: injected, clock, ...(deviceId ? { deviceId } : {}) }),
    phoneSending: (send, keys, deviceId) =>
      createDevice({ walletUrl, keys, deviceId, clock, fetch: (url, init) => send(injected, url, init) }),
    async ticket(nationalId) {
      const path = '/internal/activation-tickets';
      const issued = await world.callAs('enrolment-desk', 'POST', path, { nationalId });
      return issued.json<{ ticket: string }>().ticket;
    },
  };
  return world;
}

/** What rpps-directory answers. */
export interface TestRegister {
  /** By each of their identifiers. */
  readonly people: Map<string, KnownProfessional>;
  readonly events: RegisterEvent[];
  /** By the event that brought another one. */
  readonly previousContacts: Map<number, PreviousContact>;
  /** The events whose contact breaks who reads it. */
  readonly unreadable: Set<number>;
}

export interface World {
  readonly app: FastifyInstance;
  /** The one whom the directory knows. */
  readonly camille: ReturnType<typeof inventProfessional>;
  /** One whom it does not. */
  readonly stranger: ReturnType<typeof inventProfessional>;
  readonly stores: Stores;
  readonly register: TestRegister;
  now(): number;
  /** What does not answer now. */
  readonly broken: Set<'directory' | 'queue'>;
  pass(milliseconds: number): void;
  readonly providerIdentity: ServiceIdentity;
  callAs(
    caller: 'enrolment-desk' | 'notification-worker' | 'oidc-provider',
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<LightMyRequestResponse>;
  /** As oidc-provider does. */
  openLogin(change?: Partial<ApprovalRequest>): Promise<string>;
  browser(options?: { cookies?: boolean }): TestBrowser;
  /** An active phone of Camille's, unless told otherwise. */
  phone(owner?: { nationalId?: string }): Promise<Device>;
  phoneWith(keys: DeviceKeys, deviceId?: string): Device;
  /** A phone whose calls can be read, kept and changed on their way. */
  phoneSending(
    send: (fetch: Fetch, url: Parameters<Fetch>[0], init: Parameters<Fetch>[1]) => Promise<Response>,
    keys: DeviceKeys,
    deviceId: string,
  ): Device;
  ticket(nationalId: string): Promise<string>;
}

type Fetch = typeof fetch;

export interface TestPage {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
  readonly headers: LightMyRequestResponse['headers'];
  /** The text of the element with this data-testid. */
  find(testId: string): string | undefined;
}

export interface TestBrowser {
  open(path: string): Promise<TestPage>;
  /** Follows the redirection that stays on the wallet, as a browser does. */
  submit(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<TestPage>;
  /** The server-sent events of a path, as they come. */
  listen(path: string): Promise<{ status: number; events: AsyncIterable<string> }>;
  readonly cookie: string;
}

function createBrowser(app: FastifyInstance, { cookies = true } = {}): TestBrowser {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  const keep = (response: LightMyRequestResponse): TestPage => {
    for (const { name, value } of cookies ? response.cookies : []) jar.set(name, value);
    const location = response.headers.location;
    return {
      status: response.statusCode,
      text: response.body,
      location: location === undefined ? undefined : String(location),
      headers: response.headers,
      find: (testId) =>
        new RegExp(`data-testid="${testId}"[^>]*>([^<]*)<`).exec(response.body)?.[1]?.trim() ?? undefined,
    };
  };
  const open = async (path: string) => keep(await app.inject({ url: path, headers: { cookie: cookie() } }));

  return {
    get cookie() {
      return cookie();
    },
    open,
    async submit(path, fields, headers = {}) {
      const page = keep(
        await app.inject({
          method: 'POST',
          url: path,
          headers: {
            cookie: cookie(),
            origin: walletUrl,
            'content-type': 'application/x-www-form-urlencoded',
            ...headers,
          },
          payload: new URLSearchParams(fields).toString(),
        }),
      );
      return page.location?.startsWith('/') ? open(page.location) : page;
    },
    async listen(path) {
      const response = await app.inject({ url: path, headers: { cookie: cookie() }, payloadAsStream: true });
      return { status: response.statusCode, events: readEvents(response.stream()) };
    },
  };
}

async function* readEvents(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const chunk of stream) {
    for (const [, state] of chunk.toString().matchAll(/^data: (.+)$/gm)) if (state) yield state;
  }
}

function injectedFetch(app: FastifyInstance): Fetch {
  return async (input, init = {}) => {
    const url = new URL(String(input));
    const response = await app.inject({
      method: init.method === 'POST' ? 'POST' : 'GET',
      url: url.pathname + url.search,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(init.body ? { payload: String(init.body) } : {}),
    });
    return new Response(response.body, { status: response.statusCode });
  };
}
