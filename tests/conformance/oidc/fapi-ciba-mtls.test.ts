import { connect } from 'node:tls';
import type { WireCertificate } from '@psc/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { thumbprint } from '../over-tls.ts';
import { openWire, type Registered, readJwt, type Wire } from '../wire.ts';
import { openCibaClient } from './ciba-client.ts';

const CIBA = 'urn:openid:params:grant-type:ciba';

/** The modules that need certificates: those of the variant `mtls`, and one of both. */
describe('fapi-ciba-id1-test-plan, with certificates', () => {
  let wire: Wire;
  let nationalId: string;
  let first: Registered;
  let second: Registered;

  beforeAll(async () => {
    wire = openWire();
    ({ nationalId } = await wire.sandbox.createProfessional());
    const register = () =>
      wire.register({
        grant_types: [CIBA, 'refresh_token'],
        redirect_uris: [],
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_certificate_bound_access_tokens: true,
        psc: { ciba_channels: ['MOBILE'] },
      });
    [first, second] = [await register(), await register()];
  });

  const ask = (who: Registered, form: Readonly<Record<string, string>> = {}) =>
    wire.overTls('ext/ciba/auth', {
      certificate: who.certificate,
      form: {
        client_id: who.clientId,
        scope: 'openid scope_all',
        login_hint: nationalId,
        binding_message: '12',
        ...form,
      },
    });
  const allow = (authReqId: string) =>
    wire.sandbox.call('POST', `/ciba?auth_req_id=${encodeURIComponent(authReqId)}&action=allow`);

  it('fapi-ciba-id1-ensure-mtls-holder-of-key-required: no certificate, no tokens; and no TLS of old', async () => {
    const client = await openCibaClient(wire, {
      delivery: 'poll',
      nationalId,
      metadata: { tls_client_certificate_bound_access_tokens: true },
    });
    try {
      const { auth_req_id } = await client.askFor();
      await client.play(auth_req_id, 'allow');
      const poll = async (certificate?: WireCertificate) =>
        wire.overTls('token', {
          form: { grant_type: CIBA, auth_req_id, ...(await client.assertion()) },
          ...(certificate ? { certificate } : {}),
        });
      const without = await poll();
      expect([without.status, without.json]).toEqual([
        400,
        { error: 'invalid_grant', error_description: expect.any(String) },
      ]);
      const { json } = await poll(first.certificate);
      expect(readJwt(json.access_token).claims.cnf).toEqual({ 'x5t#S256': thumbprint(first.certificate) });
      const userInfo = (certificate: WireCertificate) =>
        wire.overTls('userinfo', {
          method: 'GET',
          headers: { authorization: `Bearer ${json.access_token}` },
          certificate,
        });
      expect((await userInfo(first.certificate)).status).toBe(200);
      expect((await userInfo(second.certificate)).status).toBe(401);
    } finally {
      await client.callee[Symbol.asyncDispose]();
    }
    const { json } = await wire.call(`${wire.issuer}/.well-known/openid-configuration`);
    const { hostname, port } = new URL(json.mtls_endpoint_aliases.token_endpoint);
    await expect(handshake(hostname, Number(port), 'TLSv1.1')).rejects.toMatchObject({
      code: expect.any(String),
    });
    await expect(handshake(hostname, Number(port), 'TLSv1.2')).resolves.toBe('TLSv1.2');
    await expect(handshake(hostname, Number(port), 'TLSv1.3')).resolves.toBe('TLSv1.3');
  });

  it('fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request: of another certificate asks nobody', async () => {
    const { status, json } = await ask(first, { client_id: second.clientId });
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    expect(await wire.sandbox.requests(nationalId)).toEqual([]);
  });

  it('fapi-ciba-id1-ensure-different-client-id-and-issuer-in-backchannel-authorization-request: asks nobody', async () => {
    const signing = await openCibaClient(wire, { delivery: 'poll', nationalId });
    try {
      const request = await signing.sign(signing.claims({ iss: first.clientId }));
      const { status, json } = await ask(first, { client_id: second.clientId, request });
      expect([status, json.error]).toEqual([401, 'invalid_client']);
      expect(await wire.sandbox.requests(nationalId)).toEqual([]);
    } finally {
      await signing.callee[Symbol.asyncDispose]();
    }
  });

  it('fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request: of another certificate gets no tokens', async () => {
    const { auth_req_id } = (await ask(first)).json;
    await allow(auth_req_id);
    const form = { grant_type: CIBA, auth_req_id };
    const wrong = await wire.overTls('token', {
      certificate: first.certificate,
      form: { ...form, client_id: second.clientId },
    });
    expect([wrong.status, wrong.json.error]).toEqual([401, 'invalid_client']);
    const right = await wire.overTls('token', {
      certificate: first.certificate,
      form: { ...form, client_id: first.clientId },
    });
    expect(right.status).toBe(200);
  });
});

/** The version that was agreed on, when this one is all that is offered. */
function handshake(host: string, port: number, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') {
  return new Promise<string | null>((resolve, reject) => {
    // Only the version matters here; our own library would not even offer an old one at its usual level.
    const options = { minVersion: version, maxVersion: version, rejectUnauthorized: false };
    const socket = connect({ host, port, ...options, ciphers: 'DEFAULT@SECLEVEL=0' }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
