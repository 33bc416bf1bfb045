import { createHash, randomBytes } from 'node:crypto';
import { createHttpBrowser, type HttpBrowser } from '@psc/testing';

/**
 * One complete login by phone as a browser and an application make it, without the checks that would only burn the load
 * generator's CPU: authorization request, wallet page, waiting, return, code, tokens, UserInfo.
 */
export interface PhoneLogin {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface LoggedIn {
  readonly browser: HttpBrowser;
  readonly tokens: { readonly access_token: string; readonly refresh_token: string };
}

const REDIRECT_URI = 'http://127.0.0.1:9/callback';
const DECISION_TIMEOUT_MS = 30_000;

export async function logInByPhone(target: PhoneLogin, nationalId: string): Promise<LoggedIn> {
  const browser = createHttpBrowser();
  const verifier = randomBytes(32).toString('base64url');
  const authorization = new URL(`${target.issuer}/protocol/openid-connect/auth`);
  authorization.search = new URLSearchParams({
    client_id: target.clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid scope_all',
    acr_values: 'eidas1',
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: nationalId,
  }).toString();

  const waiting = await browser.open(authorization.href, { stopAt: REDIRECT_URI });
  if (waiting.find('matching-number') === undefined) throw new Error(`no number at ${waiting.status}`);
  await decided(waiting.url, await browser.cookies.getCookieString(waiting.url));
  const callback = new URL((await browser.open(waiting.url, { stopAt: REDIRECT_URI })).url);
  const code = callback.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${callback.searchParams.get('error') ?? callback.pathname}`);

  const tokens = await fetch(`${target.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${target.clientId}:${target.clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
    }),
  });
  if (!tokens.ok) throw new Error(`token endpoint: ${tokens.status}`);
  const issued = (await tokens.json()) as LoggedIn['tokens'];
  const userInfo = await fetch(`${target.issuer}/protocol/openid-connect/userinfo`, {
    headers: { authorization: `Bearer ${issued.access_token}` },
  });
  if (!userInfo.ok) throw new Error(`userinfo: ${userInfo.status}`);
  const { SubjectNameID } = (await userInfo.json()) as { SubjectNameID: string };
  if (SubjectNameID !== nationalId) throw new Error('claims of somebody else');
  return { browser, tokens: issued };
}

/** Waits as the page does: the server says when the professional has decided. */
async function decided(loginUrl: string, cookie: string): Promise<void> {
  const abort = AbortSignal.timeout(DECISION_TIMEOUT_MS);
  const response = await fetch(`${loginUrl}/events`, {
    headers: { accept: 'text/event-stream', cookie },
    signal: abort,
  });
  if (!response.ok || !response.body) throw new Error(`events: ${response.status}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/approved|denied|reported|expired/.test(text)) return;
  }
}
