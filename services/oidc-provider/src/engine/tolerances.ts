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
