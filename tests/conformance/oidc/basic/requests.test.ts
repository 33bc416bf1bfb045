import { createHttpBrowser } from '@psc/testing';
import { UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { CALLBACK, SUBJECT } from '../../wire.ts';
import { answerOf, codeFlowPlans, openRelyingParty, type RelyingParty } from '../relying-party.ts';

describe.each(codeFlowPlans)('%s: authorization requests', (_plan, responseMode) => {
  let rp: RelyingParty;

  beforeAll(async () => {
    rp = await openRelyingParty({ responseMode });
  });

  it.each([
    ['oidcc-display-page', { display: 'page' }],
    ['oidcc-display-popup', { display: 'popup' }],
    ['oidcc-ui-locales', { ui_locales: 'se fr-FR' }],
    ['oidcc-claims-locales', { claims_locales: 'se' }],
    ['oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
  ])('%s: does no harm', async (_module, parameters) => {
    const { tokens } = await rp.logIn(parameters);
    expect(tokens.claims.sub).toBe(SUBJECT);
  });

  it('oidcc-ensure-request-with-acr-values-succeeds: an advertised level is the one that is answered', async () => {
    const advertised = rp.server.acr_values_supported as string[];
    const { tokens } = await rp.logIn({ acr_values: advertised.join(' ') });
    expect(advertised).toContain(tokens.claims.acr);
  });

  it('oidcc-response-type-missing: goes back with invalid_request, and without a code', async () => {
    const request = rp.ask({ response_type: undefined });
    const page = await createHttpBrowser().open(request.url, { stopAt: CALLBACK });
    const answer = answerOf(page, responseMode);
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('state')).toBe(request.state);
    expect(answer.has('code')).toBe(false);
  });

  it('oidcc-ensure-registered-redirect-uri: another address than the registered one gets a page, and no redirection', async () => {
    const elsewhere = `${CALLBACK}/elsewhere`;
    const { url } = rp.ask({ redirect_uri: elsewhere });
    const page = await createHttpBrowser().open(url, { stopAt: elsewhere });
    expect(page.status).toBe(400);
    expect(page.url.startsWith(elsewhere)).toBe(false);
    expect(page.text).toContain('invalid_redirect_uri');
    expect(page.text).not.toContain(`action="${elsewhere}"`);
  });

  it('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: is rejected as unsupported', async () => {
    const request = rp.ask({ request_uri: 'https://application.example/request.jwt' });
    const page = await createHttpBrowser().open(request.url, { stopAt: CALLBACK });
    expect(Object.fromEntries(answerOf(page, responseMode))).toMatchObject({
      error: 'request_uri_not_supported',
      state: request.state,
    });
  });

  it('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: is refused', async () => {
    const request = rp.ask();
    const object = new UnsecuredJWT(Object.fromEntries(request.parameters)).encode();
    const asked = rp.ask({ ...Object.fromEntries(request.parameters), request: object });
    const page = await createHttpBrowser().open(asked.url, { stopAt: CALLBACK });
    const answer = answerOf(page, responseMode);
    expect(answer.get('error')).toBe('invalid_request_object');
    expect(answer.has('code')).toBe(false);
  });

  it('oidcc-ensure-request-object-with-redirect-uri: a request object does not make another address good', async () => {
    const elsewhere = 'https://attacker.example/callback';
    const object = new UnsecuredJWT(Object.fromEntries(rp.ask().parameters)).encode();
    const { url } = rp.ask({ redirect_uri: elsewhere, request: object });
    const page = await createHttpBrowser().open(url, { stopAt: elsewhere });
    expect(page.status).toBe(400);
    expect(page.url.startsWith(elsewhere)).toBe(false);
  });
});
