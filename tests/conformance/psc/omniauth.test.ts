import { createHttpBrowser } from '@psc/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { bearer, type Credentials, openWire, type Tokens, type Wire } from '../wire.ts';

/**
 * A Rails application by omniauth-oauth2: it asks for the level of old, `eidas2`, has no nonce, never looks into the ID
 * token, and takes all that it knows from UserInfo.
 */
const CALLBACK = 'https://rendez-vous.example/users/auth/pro-sante-connect/callback';
const STATE = '3f5b1c9e8d7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a';
const NURSE_AND_OSTEOPATH = '899700000096';

describe('omniauth', () => {
  let wire: Wire;
  let application: Credentials;
  let tokens: Tokens;

  beforeAll(async () => {
    wire = openWire();
    // It was written in 2021, and is declared so: UserInfo is as it was then.
    application = await wire.register({ redirect_uris: [CALLBACK], psc: { claims: '2021' } });
  });

  it('gets its code although it asks for eidas2', async () => {
    const url = `${wire.walletUrl}/auth?${new URLSearchParams({
      acr_values: 'eidas2',
      client_id: application.clientId,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid scope_all',
      state: STATE,
    })}`;
    const browser = createHttpBrowser();
    const callback = await wire.goThrough(url, {
      callback: CALLBACK,
      nationalId: NURSE_AND_OSTEOPATH,
      browser,
    });
    expect(callback.searchParams.get('state')).toBe(STATE);
    const { status, json } = await wire.post('token', {
      client_id: application.clientId,
      client_secret: application.clientSecret,
      code: callback.searchParams.get('code') ?? '',
      grant_type: 'authorization_code',
      redirect_uri: CALLBACK,
    });
    expect([status, json.token_type, json.expires_in]).toEqual([200, 'Bearer', 120]);
    tokens = json;
  });

  it('gets the claims of its time, and none of later ones', async () => {
    const { json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(Object.keys(json).toSorted()).toEqual([
      'Acces_Regulation_Medicale',
      'Mode_Acces_Raison',
      'PSI_Locale',
      'Palier_Authentification',
      'Secteur_Activite',
      'SubjectNameID',
      'SubjectOrganization',
      'SubjectOrganizationID',
      'SubjectRefPro',
      'SubjectRole',
      'UITVersion',
      'email_verified',
      'family_name',
      'given_name',
      'preferred_username',
      'sub',
    ]);
    expect(json.email_verified).toBe(false);
    expect(json.SubjectRefPro.codeCivilite).toBe('M');
    for (const { activities } of json.SubjectRefPro.exercices)
      expect(Object.keys(activities[0])).toHaveLength(29);
  });

  it('learns both professions from UserInfo, and where each is practised', async () => {
    const { headers, json } = await wire.call(wire.endpoint('userinfo'), bearer(tokens.access_token));
    expect(headers.get('content-type')).toContain('application/json');
    expect(json.SubjectRole).toEqual(['60^1.2.250.1.213.1.1.5.5', '71^1.2.250.1.213.1.1.5.5']);
    const places = json.SubjectRefPro.exercices.map((exercice: Exercice) => [
      exercice.codeProfession,
      exercice.activities.map(({ raisonSocialeSite }) => raisonSocialeSite),
    ]);
    expect(places).toEqual([
      ['60', ['CENTRE HOSPITALIER DES TILLEULS']],
      ['71', ['KARIM SAIDI OSTEOPATHE']],
    ]);
  });
});

interface Exercice {
  readonly codeProfession: string;
  readonly activities: readonly { readonly raisonSocialeSite: string }[];
}
