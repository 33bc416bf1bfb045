import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { DEVICE_INTERVAL_SECONDS } from './device-limits.ts';
import { endpoints } from './endpoints.ts';
import { Outage } from './outage.ts';
import {
  type DeviceForm,
  type DeviceTrouble,
  deviceCodePage,
  deviceConfirmPage,
  deviceConnectedPage,
} from './pages/device-pages.ts';
import { requesterOf } from './requester.ts';
import { show } from './show.ts';

/** The device flow (RFC 8628) as the library is told of it: its codes, and our pages in the place of its own. */
export const deviceFlow = {
  enabled: true,
  /** Twenty letters without vowels: 35 bits, and no word. */
  charset: 'base-20',
  mask: '****-****',
  deviceInfo: (ctx: KoaContextWithOIDC) => ({ ip: requesterOf(ctx.req).ip }),

  userCodeInputSource(ctx: KoaContextWithOIDC, _form: string, _out?: object, error?: Error): void {
    const { session } = ctx.oidc;
    // The library drew a secret for a session that it never saved, and would fail to save it again.
    if (error && session && session.exp === undefined) Reflect.set(session, 'touched', false);
    const { action, secret } = formOf(ctx);
    const trouble = error && troubleOf(error);
    const form = { action, ...(!trouble || worthTyping.has(trouble) ? { secret } : {}) };
    show(ctx, trouble ? statuses[trouble] : 200, deviceCodePage(form, trouble));
  },

  userCodeConfirmSource(
    ctx: KoaContextWithOIDC,
    _form: string,
    client: { clientName?: string | undefined; clientId: string },
    deviceInfo: Readonly<Record<string, unknown>>,
    code: string,
  ): void {
    const application = client.clientName ?? client.clientId;
    show(
      ctx,
      200,
      deviceConfirmPage(formOf(ctx), { application, code, address: String(deviceInfo.ip ?? '') }),
    );
  },

  successSource(ctx: KoaContextWithOIDC): void {
    show(ctx, 200, deviceConnectedPage(ctx.oidc.client?.clientName ?? 'l’application'));
  },
} as const;

function formOf({ oidc }: KoaContextWithOIDC): DeviceForm {
  // The library drew it before it asks for a page.
  const secret = String(oidc.session?.state?.secret ?? '');
  return { action: oidc.urlFor('code_verification'), secret };
}

/** The library's errors of this page have no class of their own that could be imported. */
const troubles: Readonly<Record<string, DeviceTrouble>> = {
  NoCodeError: 'code_missing',
  NotFoundError: 'code_unknown',
  ExpiredError: 'code_expired',
  AlreadyUsedError: 'code_used',
  // Two confirmed it at once (device-codes.ts).
  InvalidGrant: 'code_used',
  AbortedError: 'refused',
  InvalidRequest: 'page_expired',
};

function troubleOf(error: Error): DeviceTrouble {
  if (error instanceof Outage) return 'unavailable';
  const known = troubles[error.name];
  if (known) return known;
  return error instanceof errors.OIDCProviderError && error.expose ? 'refused' : 'unexpected';
}

/** Of the others, the same code would be refused again; or the form would, since its secret is in no cookie yet. */
const worthTyping: ReadonlySet<DeviceTrouble> = new Set([
  'code_missing',
  'code_unknown',
  'code_expired',
  'code_used',
]);

const statuses: Readonly<Record<DeviceTrouble, number>> = {
  code_missing: 422,
  code_unknown: 422,
  code_expired: 422,
  code_used: 422,
  page_expired: 400,
  refused: 403,
  too_many_codes: 429,
  unavailable: 503,
  unexpected: 500,
};

/** How often a device may ask: the library does not say. */
export const tellDeviceInterval: Parameters<Provider['use']>[0] = async (ctx, next) => {
  await next();
  if (ctx.path !== endpoints.device_authorization || ctx.status !== 200) return;
  // Koa leaves the body untyped; an answer of this endpoint that succeeded is a JSON object.
  ctx.body = { ...(ctx.body as object), interval: DEVICE_INTERVAL_SECONDS };
};
