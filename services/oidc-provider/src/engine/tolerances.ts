import { knownScopes } from './scopes.ts';

/** The values of `prompt` that mean something (OpenID Connect Core §3.1.2.1); of the others Keycloak takes no notice. */
const known = new Set(['none', 'login', 'consent', 'select_account']);

/**
 * Authorization requests that Pro Santé Connect accepts and the library would refuse. What is not listed here the library
 * tolerates by itself: unknown parameters and scopes, no state, no nonce, any `acr_values`.
 */
export function tolerateAuthorizationUrl(url: string): string {
  const at = url.indexOf('?');
  if (at === -1 || !url.includes('prompt=')) return url;
  const query = new URLSearchParams(url.slice(at + 1));
  const prompts = query.getAll('prompt');
  if (prompts.length !== 1) return url;
  const kept = (prompts[0] ?? '').split(' ').filter((prompt) => known.has(prompt));
  query.delete('prompt');
  if (kept.length > 0) query.set('prompt', kept.join(' '));
  return `${url.slice(0, at)}?${query}`;
}

/**
 * Clients send the scope of their login with each refresh. The scopes that we do not know were left out of what it gave: the
 * library would refuse them now, as scopes that were not granted (RFC 6749 §6).
 */
export function tolerateTokenRequest(sent: Buffer, body: string): Buffer {
  if (!body.includes('refresh_token') || !body.includes('scope=')) return sent;
  const form = new URLSearchParams(body);
  const scopes = form.getAll('scope');
  const [scope = ''] = scopes;
  const kept = knownScopes(scope);
  if (scopes.length !== 1 || form.get('grant_type') !== 'refresh_token' || kept === scope) return sent;
  form.set('scope', kept);
  return Buffer.from(String(form));
}
