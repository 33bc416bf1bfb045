import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '@psc/testing';

/** An application of the test's own, with its site: what comes there is kept. */
export interface TestApplication extends AsyncDisposable {
  readonly clientId: string;
  readonly origin: string;
  readonly callback: string;
  readonly bye: string;
  /** What its site was asked, in order. */
  readonly heard: readonly Heard[];
  authorizationUrl(issuer: string, parameters?: Readonly<Record<string, string>>): string;
  redeem(issuer: string, callback: string): Promise<RedeemedTokens>;
  /** Its call with a refresh token, and the answer to it. */
  refresh(issuer: string, refreshToken: string): Promise<{ status: number; error: unknown }>;
}

export interface RedeemedTokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/** Registers it, with what it wants to hear of sessions that end. */
export async function openApplication(
  sandbox: Sandbox,
  name: string,
  wants: { readonly backchannel?: boolean; readonly frontchannel?: boolean } = {},
): Promise<TestApplication> {
  const heard: Heard[] = [];
  const site = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://site');
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname: path, searchParams } = url;
    const form = Object.fromEntries(new URLSearchParams(body));
    heard.push({ method: request.method ?? '', path, query: Object.fromEntries(searchParams), form });
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>${name}</title><h1>${name} ${path}</h1>`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this kind.
  const { port } = site.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const { status, body } = await sandbox.call('POST', '/clients', {
    client_name: name,
    redirect_uris: [`${origin}/callback`],
    post_logout_redirect_uris: [`${origin}/bye`],
    ...(wants.backchannel ? { backchannel_logout_uri: `${origin}/backchannel` } : {}),
    ...(wants.frontchannel ? { frontchannel_logout_uri: `${origin}/frontchannel` } : {}),
    psc: { environment: 'test', challenge_from_login_hint: true },
  });
  if (status !== 201) throw new Error(`not registered: ${status} ${JSON.stringify(body)}`);
  // What the sandbox answers to a registration, in its contract.
  const { client_id: clientId, client_secret: secret } = body as { client_id: string; client_secret: string };
  const callToken = (issuer: string, form: Readonly<Record<string, string>>) =>
    fetch(`${issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
      body: new URLSearchParams(form),
    });

  return {
    clientId,
    origin,
    callback: `${origin}/callback`,
    bye: `${origin}/bye`,
    heard,
    authorizationUrl: (issuer, parameters = {}) =>
      `${issuer}/protocol/openid-connect/auth?${new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: `${origin}/callback`,
        scope: 'openid scope_all',
        ...parameters,
      })}`,
    async redeem(issuer, callback) {
      const answer = await callToken(issuer, {
        grant_type: 'authorization_code',
        code: new URL(callback).searchParams.get('code') ?? '',
        redirect_uri: `${origin}/callback`,
      });
      // What the provider answers to a code that it gave.
      return (await answer.json()) as RedeemedTokens;
    },
    async refresh(issuer, refreshToken) {
      const answer = await callToken(issuer, { grant_type: 'refresh_token', refresh_token: refreshToken });
      const { error } = (await answer.json()) as { error?: unknown };
      return { status: answer.status, error };
    },
    async [Symbol.asyncDispose]() {
      site.closeAllConnections();
      await new Promise((resolve) => site.close(resolve));
    },
  };
}
