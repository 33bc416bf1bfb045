import { errors } from 'oidc-provider';
import type { PollRefusal } from '#src/domain/ciba-poll.ts';
import type { CibaRequestRefusal } from '#src/domain/ciba-request.ts';

/** Every way in which we refuse by CIBA what the library would not, or would in other words. */
export type CibaRefusal =
  | CibaRequestRefusal
  | PollRefusal
  | 'grant_not_allowed'
  | 'user_unknown'
  | 'user_disabled'
  | 'login_hint_token_unsupported'
  | 'request_too_long_lived'
  | 'request_replayed'
  | 'auth_req_id_missing'
  | 'not_sent';

interface Words {
  /** 400 when left out. */
  readonly status?: number;
  readonly error: string;
  readonly description: string;
}

/**
 * What PSC answers, which is what Keycloak does, character for character: clients compare these texts (psc-protocol §4).
 * Ours, where Keycloak has none, are marked.
 */
const words: Readonly<Record<CibaRefusal, Words>> = {
  login_hint_missing: { error: 'invalid_request', description: 'missing parameter : login_hint' },
  scope_missing: { error: 'invalid_request', description: 'missing parameter : scope' },
  /** Followed by the scopes that were asked. */
  scope_unknown: { error: 'invalid_scope', description: 'Invalid scopes: ' },
  // Ours: PSC wants two digits, and its own words are not known.
  binding_message_missing: { error: 'invalid_request', description: 'missing parameter : binding_message' },
  binding_message_invalid: {
    error: 'invalid_binding_message',
    description: 'the binding_message value has to be exactly two digits',
  },
  notification_token_unexpected: {
    error: 'invalid_request',
    description: 'Client Notification token supported only for the ping mode',
  },
  notification_token_too_long: {
    error: 'invalid_request',
    description: 'Client Notification token length is limited to 1024 characters',
  },
  notification_token_missing: {
    error: 'invalid_request',
    description: 'Client Notification token needs to be provided with the ping mode',
  },
  user_code_unsupported: { error: 'invalid_request', description: 'User code not supported' },
  // Ours: `channel` is PSC's own parameter.
  channel_unknown: { error: 'invalid_request', description: 'channel has to be MOBILE or CARD' },
  channel_not_allowed: { error: 'invalid_request', description: 'channel not allowed for this client' },
  user_unknown: { error: 'invalid_request', description: 'invalid user' },
  // Ours: Keycloak only finds an `invalid user` there.
  login_hint_token_unsupported: { error: 'invalid_request', description: 'login_hint_token not supported' },
  request_too_long_lived: {
    error: 'invalid_request',
    description: 'the signed request must expire within an hour',
  },
  request_replayed: { error: 'invalid_request', description: 'the signed request was already used' },
  not_sent: { status: 503, error: 'server_error', description: 'Failed to send authentication request' },

  /** 401 at the endpoint of CIBA, as Keycloak; 400 at the token endpoint. */
  grant_not_allowed: { error: 'invalid_grant', description: 'Client not allowed OIDC CIBA Grant' },
  auth_req_id_missing: { error: 'invalid_request', description: 'Missing parameter: auth_req_id' },
  unknown: { error: 'invalid_grant', description: 'Invalid Auth Req ID' },
  used: { error: 'invalid_grant', description: 'Invalid auth_req_id' },
  expired: { error: 'expired_token', description: 'authentication timed out' },
  too_early: { error: 'slow_down', description: 'too early to access' },
  denied: { error: 'access_denied', description: 'not authorized' },
  pending: {
    error: 'authorization_pending',
    description: "The authorization request is still pending as the end-user hasn't yet been authenticated.",
  },
  user_disabled: { error: 'invalid_grant', description: 'User disabled' },
};

export interface CibaAnswer {
  readonly status: number;
  readonly body: { readonly error: string; readonly error_description: string };
}

/** `detail` ends the description, where it quotes the request. */
export function answerOf(refusal: CibaRefusal, detail = ''): CibaAnswer {
  const { status = 400, error, description } = words[refusal];
  return { status, body: { error, error_description: description + detail } };
}

/** For what the library calls: it answers it as it is. */
export class CibaError extends errors.OIDCProviderError {
  readonly refusal: CibaRefusal;

  constructor(refusal: CibaRefusal, detail = '', options?: { cause: unknown }) {
    const { status, body } = answerOf(refusal, detail);
    super(status, body.error, options);
    this.refusal = refusal;
    this.error_description = body.error_description;
    // The library keeps to itself what it calls errors of the server; this one is told.
    this.expose = true;
  }
}
