import type { IncomingHttpHeaders } from 'node:http';
import { endpoints } from '#src/engine/endpoints.ts';
import type { Front } from '#src/engine/mount.ts';

/** Where an application must prove who it is. */
export const authenticatedEndpoints: ReadonlySet<string> = new Set([
  endpoints.token,
  endpoints.introspection,
  endpoints.revocation,
  endpoints.pushed_authorization_request,
  endpoints.backchannel_authentication,
  endpoints.device_authorization,
]);

export interface BasicCredentials {
  readonly clientId: string;
  readonly secret: string;
}

/** `Authorization: Basic` as RFC 6749 §2.3.1 has it: both parts are form-encoded. */
export function readBasic(authorization: string | undefined): BasicCredentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [clientId = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  try {
    return { clientId: formDecoded(clientId), secret: formDecoded(secret.join(':')) };
  } catch {
    return undefined;
  }
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/**
 * Which application a request says to come from; '' when it does not. Nothing of it is believed: it only says whose failures
 * to count.
 */
export function claimedClientId(headers: IncomingHttpHeaders, body: string): string {
  const form = new URLSearchParams(body);
  const named = readBasic(headers.authorization)?.clientId ?? form.get('client_id');
  return named ?? subjectOf(form.get('client_assertion') ?? '');
}

function subjectOf(assertion: string): string {
  try {
    const { sub } = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
    return typeof sub === 'string' ? sub : '';
  } catch {
    return '';
  }
}

/**
 * Of a draft that is not offered here. The library refuses a request for them once it knows the application and before that
 * one proved anything, which would pass for a success: of a call of its own, and of the end of its failures.
 */
const attestation = ['oauth-client-attestation', 'oauth-client-attestation-pop'] as const;

/**
 * Credentials that Keycloak accepts and the library would refuse, since they are there twice (RFC 6749 §2.3):
 *   the same secret in the header and in the body
 *   an `Authorization` that is not Basic, beside a client_id in the body
 * At Keycloak the body wins over a header that says otherwise. Here such a request is refused: one of the two is a mistake,
 * and nobody should have to guess which (our choice).
 */
export const tolerateCredentials: Front = async ({ path, headers, body }) => {
  for (const header of attestation) delete headers[header];
  const { authorization } = headers;
  if (authorization === undefined || !authenticatedEndpoints.has(path)) return 'through';
  const form = new URLSearchParams(body);
  const isBasic = /^basic\b/i.test(authorization);
  const repeats = isBasic ? isRepeated(readBasic(authorization), form) : form.has('client_id');
  if (repeats) delete headers.authorization;
  return 'through';
};

function isRepeated(basic: BasicCredentials | undefined, form: URLSearchParams): boolean {
  if (!basic || form.get('client_secret') !== basic.secret) return false;
  return form.get('client_id') === basic.clientId;
}
