import { type ApplicationDeclaration, applicationDeclarationSchema, grantTypes } from '@psc/contracts';
import type { RegisteredApplication } from '#src/ports/applications.ts';

/** Metadata that an application may say of itself (RFC 7591 §2). Anything else it is not understood to have said. */
const understood = [
  'client_name',
  'client_uri',
  'contacts',
  'redirect_uris',
  'post_logout_redirect_uris',
  'grant_types',
  'token_endpoint_auth_method',
  'jwks',
  'jwks_uri',
  'tls_client_auth_subject_dn',
  'tls_client_certificate_bound_access_tokens',
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'request_object_signing_alg',
  'backchannel_logout_uri',
  'frontchannel_logout_uri',
] as const;

/** To log in by a browser, and no more: CIBA and accounts of services are an operator's to give. */
const registrableGrants: ReadonlySet<unknown> = new Set([grantTypes.code, grantTypes.refresh]);

export type ReadMetadata =
  | { readonly ok: true; readonly declaration: ApplicationDeclaration }
  | {
      readonly ok: false;
      readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata';
      readonly description: string;
    };

/** The application that this metadata describes, in this environment; or what is wrong with it (RFC 7591 §3.2.2). */
export function readRegistrationMetadata(
  body: unknown,
  clientId: string,
  environment: 'test' | 'production',
): ReadMetadata {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return wrong('the body must be a JSON object');
  const said: Readonly<Record<string, unknown>> = { ...body };
  if ('psc' in said) return wrong('psc: is for the operator to decide');
  const { response_types: responseTypes, grant_types: grants } = said;
  if (responseTypes !== undefined && !(Array.isArray(responseTypes) && String(responseTypes) === 'code'))
    return wrong('response_types: only ["code"]');
  if (Array.isArray(grants) && !grants.every((grant) => registrableGrants.has(grant)))
    return wrong(`grant_types: only ${[...registrableGrants].join(', ')}`);

  const picked = understood.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]]));
  const parsed = applicationDeclarationSchema.safeParse({
    client_name: nameOfSite(said.redirect_uris),
    ...Object.fromEntries(picked),
    client_id: clientId,
    psc: { environment },
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const [first, ...rest] = issue?.path ?? [];
    const where = [first, ...rest].join('.');
    return wrong(`${where}: ${issue?.message ?? 'is wrong'}`, first);
  }
  const { data: declaration } = parsed;
  const plain = declaration.redirect_uris.find((uri) => !uri.startsWith('https://'));
  if (environment === 'production' && plain !== undefined)
    return wrong('redirect_uris: must be https', 'redirect_uris');
  return { ok: true, declaration };
}

function wrong(description: string, member?: PropertyKey): ReadMetadata {
  const error = member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  return { ok: false, error, description };
}

/** RFC 7591 lets it have no name; a professional must read one. */
function nameOfSite(redirectUris: unknown): string | undefined {
  const [first]: unknown[] = Array.isArray(redirectUris) ? redirectUris : [];
  return typeof first === 'string' ? URL.parse(first)?.hostname : undefined;
}

/** What is answered of a registration (RFC 7591 §3.2.1): secrets and tokens are added by who may tell them. */
export function registrationAnswer(
  { declaration, status, createdAt }: RegisteredApplication,
  address: string,
) {
  const { client_id: clientId, psc: _psc, ...metadata } = declaration;
  const said = Object.entries(metadata).filter(([name]) => (understood as readonly string[]).includes(name));
  return {
    client_id: clientId,
    client_id_issued_at: Math.floor(createdAt / 1000),
    ...Object.fromEntries(said),
    response_types: ['code'],
    registration_client_uri: `${address}/${clientId}`,
    psc: { status },
  };
}
