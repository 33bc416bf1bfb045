import { createHttpBrowser } from '@psc/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { CAMILLE, type Credentials, openWire, readJwt, type Tokens, type Wire } from '../wire.ts';

/**
 * A small SDK that loses state, nonce, prompt and max_age on the way to the address: what it sends has none of them. It
 * has its secret in the body, repeats the scope when it refreshes, and reads `exercices[0].activities`.
 */
const CALLBACK = 'https://cabinet.example/api/psc/callback';
const STUDENT = '899700000070';
const RETIRED = '899700000112';

describe('an SDK that sends no state', () => {
  let wire: Wire;
  let application: Credentials;
  let tokens: Tokens;

  const secret = () => ({ client_id: application.clientId, client_secret: application.clientSecret });
  const logIn = async (nationalId: string) => {
    const url = `${wire.walletUrl}/auth?response_type=code&client_id=${application.clientId}&redirect_uri=${encodeURIComponent(CALLBACK)}&scope=openid%20scope_all&acr_values=eidas1`;
    const browser = createHttpBrowser();
    const callback = await wire.goThrough(url, { callback: CALLBACK, nationalId, browser });
    expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'session_state']);
    const redeemed = await wire.post('token', {
      grant_type: 'authorization_code',
      redirect_uri: CALLBACK,
      ...secret(),
      code: callback.searchParams.get('code') ?? '',
    });
    expect(redeemed.status).toBe(200);
    return redeemed.json as Tokens;
  };
  // It names the type of a body that it does not have.
  const userInfo = ({ access_token }: Tokens) =>
    wire.call(wire.endpoint('userinfo'), {
      headers: {
        authorization: `Bearer ${access_token}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });

  beforeAll(async () => {
    wire = openWire();
    application = await wire.register({ redirect_uris: [CALLBACK] });
  });

  it('logs in, and its tokens have the nonce ""', async () => {
    tokens = await logIn(CAMILLE);
    expect(readJwt(tokens.access_token).claims.nonce).toBe('');
    expect(tokens).toMatchObject({ expires_in: 120, refresh_expires_in: 1800 });
  });

  it('reads the activities of the first practice', async () => {
    const { json } = await userInfo(tokens);
    expect(json.SubjectRefPro.exercices[0].activities).toHaveLength(2);
    expect(json.SubjectRefPro.exercices[0].activities[0]).toMatchObject({
      codeModeExercice: 'L',
      raisonSocialeSite: 'CABINET DR LAMBDA',
    });
  });

  it('refreshes with the scope in the body', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...secret() };
    const { status, json } = await wire.post('token', { ...form, scope: 'openid scope_all' });
    expect([status, json.scope]).toEqual([200, 'openid scope_all']);
    expect((await userInfo(json)).json.SubjectNameID).toBe(CAMILLE);
  });

  it('sees a student by their category, and a list without an activity for who has none', async () => {
    const student = (await userInfo(await logIn(STUDENT))).json;
    expect(student.SubjectRefPro.exercices[0]).toMatchObject({
      codeProfession: '10',
      codeCategorieProfessionnelle: 'E',
    });
    const retired = (await userInfo(await logIn(RETIRED))).json;
    expect(retired.SubjectRefPro.exercices[0].activities).toEqual([]);
  });
});
