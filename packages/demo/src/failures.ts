import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

/** What went wrong, for the person and for the developer. */
export interface Failure {
  readonly status: number;
  readonly sentence: string;
  /** The OAuth error code, or the library's own. */
  readonly code: string;
  /** The provider's `error_description`. */
  readonly description: string;
}

/** RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6. */
const sentences: Readonly<Record<string, string>> = {
  access_denied:
    'L’identification a été refusée, annulée, ou n’a pas abouti à temps. Vous pouvez recommencer.',
  login_required: 'Vous devez vous identifier. Vous pouvez recommencer.',
  interaction_required: 'Vous devez vous identifier. Vous pouvez recommencer.',
  temporarily_unavailable:
    'Pro Santé Connect est momentanément indisponible. Réessayez dans quelques instants.',
  server_error: 'Pro Santé Connect a rencontré une erreur. Réessayez dans quelques instants.',
  invalid_client: 'Cette application n’est pas reconnue : vérifiez CLIENT_ID et CLIENT_SECRET.',
  unauthorized_client: 'Cette application n’a pas le droit de faire cette demande.',
  invalid_grant: 'Le code reçu n’est plus valable. Vous pouvez recommencer.',
  invalid_scope: 'Le périmètre demandé n’est pas accepté.',
  invalid_request: 'La demande de cette application est incorrecte.',
};

/** Codes of openid-client that say nothing about the answer, since there was none to speak of. */
const outages = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

/** Translates what the library threw; anything it does not know is an outage of the provider. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const sentence = sentences[error.error] ?? 'L’identification n’a pas abouti. Vous pouvez recommencer.';
    return { status: 400, sentence, code: error.error, description: error.error_description ?? '' };
  }
  if (error instanceof ClientError && !outages.has(error.code ?? '')) {
    const sentence = 'La réponse reçue est incorrecte : elle a été ignorée. Vous pouvez recommencer.';
    return { status: 400, sentence, code: error.code ?? 'invalid_response', description: error.message };
  }
  const sentence = 'Pro Santé Connect ne répond pas. Réessayez dans quelques instants.';
  return { status: 503, sentence, code: 'provider_unreachable', description: '' };
}

/** The browser came back with an answer to a question that it did not ask here, or asked too long ago. */
export const unknownLogin: Failure = {
  status: 400,
  sentence:
    'Cette identification est terminée ou n’a pas été demandée depuis ce navigateur. Vous pouvez recommencer.',
  code: 'unknown_state',
  description: '',
};
