import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, openWire, type Wire } from '../wire.ts';

const syntaxOfAScope = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

describe('oidcc-config-certification-test-plan', () => {
  let wire: Wire;
  let discovery: Answer;

  beforeAll(async () => {
    wire = openWire();
    discovery = await wire.call(`${wire.issuer}/.well-known/openid-configuration`);
  });

  it('oidcc-discovery-endpoint-verification: the document holds what OpenID Connect Discovery §3 requires', async () => {
    const { status, headers, json } = discovery;
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(json).toMatchObject({
      issuer: wire.issuer,
      response_types_supported: expect.arrayContaining(['code']),
      subject_types_supported: expect.arrayContaining(['public']),
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
      scopes_supported: expect.arrayContaining(['openid']),
      grant_types_supported: expect.arrayContaining(['authorization_code']),
      claims_supported: expect.arrayContaining(['sub', 'iss', 'auth_time', 'acr']),
      claims_parameter_supported: expect.any(Boolean),
      request_parameter_supported: expect.any(Boolean),
      request_uri_parameter_supported: expect.any(Boolean),
      code_challenge_methods_supported: expect.arrayContaining(['S256']),
    });
    for (const scope of json.scopes_supported) expect(scope).toMatch(syntaxOfAScope);

    const addresses = Object.entries<string>(json).filter(([key]) => /_(endpoint|uri|iframe)$/.test(key));
    expect(addresses.map(([key]) => key)).toEqual(
      expect.arrayContaining([
        'authorization_endpoint',
        'token_endpoint',
        'userinfo_endpoint',
        'jwks_uri',
        'end_session_endpoint',
      ]),
    );
    // https in production; a sandbox on this machine has the protocol of its issuer.
    for (const [, address] of addresses) expect(new URL(address).origin).toBe(new URL(wire.issuer).origin);
    for (const list of Object.entries(json).filter(([key]) => key.endsWith('_supported')))
      if (Array.isArray(list[1])) expect(new Set(list[1]).size).toBe(list[1].length);
  });

  it('the key set holds public signing keys of two kinds, each with its own name', async () => {
    const { json } = await wire.call(discovery.json.jwks_uri);
    for (const key of json.keys) {
      expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: expect.any(String) });
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret);
    }
    const kids = json.keys.map(({ kid }: { kid: string }) => kid);
    expect(new Set(kids).size).toBe(kids.length);
    expect(json.keys.map(({ alg }: { alg: string }) => alg)).toEqual(
      expect.arrayContaining(['RS256', 'ES256']),
    );
  });
});
