import { createHttpBrowser } from '@psc/testing';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Credentials, openWire, readJwt, type Tokens, type Wire } from '../wire.ts';

/**
 * An end-to-end encryption SDK: its server hands out a nonce, and believes whoever brings an ID token with it. It has the
 * issuer and the keys it saw pinned, asks nobody while it verifies, and reads the key set again on a `kid` it never saw.
 */
const CALLBACK = 'https://messagerie.example/psc';
const PHYSIOTHERAPIST = '899700000062';
const NONCE = 'c2k4f0Zp1u9YxN6bQ3wVtH5jR8sLmE7a';

describe('a verifier that pins keys', () => {
  let wire: Wire;
  let application: Credentials;
  let tokens: Tokens;
  let pinned: JSONWebKeySet;
  const browser = createHttpBrowser();

  beforeAll(async () => {
    wire = openWire();
    application = await wire.register({ redirect_uris: [CALLBACK] });
    pinned = (await wire.call(wire.endpoint('certs'))).json;
    tokens = await logIn();
  });

  /** By phone the first time, then by the session. */
  async function logIn(): Promise<Tokens> {
    const url = `${wire.walletUrl}/auth?${new URLSearchParams({
      response_type: 'code',
      client_id: application.clientId,
      redirect_uri: CALLBACK,
      scope: 'openid scope_all',
      acr_values: 'eidas1',
      state: 'verifie',
      nonce: NONCE,
    })}`;
    const visit = { callback: CALLBACK, nationalId: PHYSIOTHERAPIST, browser };
    const code = (await wire.goThrough(url, visit)).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
    return (await wire.post('token', form, application)).json;
  }

  const verify = (token: string, keys: JSONWebKeySet, currentDate = new Date()) =>
    jwtVerify(token, createLocalJWKSet(keys), {
      issuer: wire.issuer,
      audience: application.clientId,
      algorithms: ['RS256'],
      currentDate,
    });

  it('verifies with the key that it saw before the login, and nothing else', async () => {
    const { payload, protectedHeader } = await verify(tokens.id_token, pinned);
    expect(pinned.keys.map(({ kid }) => kid)).toContain(protectedHeader.kid);
    expect(payload).toMatchObject({
      nonce: NONCE,
      given_name: "N'GOLO",
      family_name: "D'ALMEIDA",
      SubjectNameID: PHYSIOTHERAPIST,
    });
  });

  it('refuses the same token two minutes later, and accepts it in a test that stops the clock', async () => {
    const { exp = 0, iat = 0 } = readJwt(tokens.id_token).claims;
    await expect(verify(tokens.id_token, pinned, new Date((exp + 1) * 1000))).rejects.toThrow(/exp/);
    await expect(verify(tokens.id_token, pinned, new Date((iat + 1) * 1000))).resolves.toBeDefined();
  });

  it('does not know a key that the issuer never published, whatever its name', async () => {
    const { kid } = readJwt(tokens.id_token).header;
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const forged = await new SignJWT(readJwt(tokens.id_token).claims)
      .setProtectedHeader({ alg: 'RS256', ...(kid ? { kid } : {}) })
      .sign(privateKey);
    await expect(verify(forged, pinned)).rejects.toThrow(/signature/);
    const { json } = await wire.call(wire.endpoint('certs'));
    const { n } = await exportJWK(publicKey);
    expect(JSON.stringify(json)).not.toContain(n);
  });

  it('goes on through a rotation without asking: the next key was among those that it saw', async () => {
    const former = readJwt(tokens.id_token);
    await wire.psc('keys', 'rotate', '--alg', 'RS256', '--now', '--reason', 'a test of who pins keys');
    const next = await tokenOfAnotherKey(former.header.kid);
    await expect(verify(next, pinned)).resolves.toBeDefined();
  });

  it('reads the key set again on a name that it never saw, which then has the former ones too', async () => {
    const { id_token: next } = await logIn();
    await wire.psc('keys', 'rotate', '--alg', 'RS256', '--now', '--reason', 'a test of who pins keys');
    const unknown = await tokenOfAnotherKey(readJwt(next).header.kid);
    await expect(verify(unknown, pinned)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    const { json } = await wire.call(wire.endpoint('certs'));
    for (const token of [unknown, next, tokens.id_token])
      await expect(verify(token, json)).resolves.toBeDefined();
  });

  /** Logs in until every replica signs with the key that comes after this one. */
  async function tokenOfAnotherKey(kid: string | undefined): Promise<string> {
    return vi.waitFor(
      async () => {
        const { id_token } = await logIn();
        expect(readJwt(id_token).header.kid).not.toBe(kid);
        return id_token;
      },
      { timeout: 15_000, interval: 100 },
    );
  }
});
