import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deriveKeys } from '@psc/datastores';
import { createLogger } from '@psc/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSigningKey } from '#src/adapters/signing-keys.jose.ts';
import { createSubjects } from '#src/domain/subject.ts';
import { verdicts } from '#src/testing/discovery-verdicts.ts';
import { sealKeys } from '#src/testing/keys.ts';
import { pscDiscovery } from '#src/testing/psc-discovery.ts';
import { openWorld, type World } from '#src/testing/world.ts';
import { discoveryDocument } from './discovery.ts';
import { buildProvider, type ProviderNeeds } from './provider.ts';
import { createMemoryStore } from './store.memory.ts';
import { createTokenSigner, OWN_KEY_BYTES } from './token-signer.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({}, 7);
});
afterAll(() => world?.close());

type Document = Readonly<Record<string, unknown>>;

/** The order of a list says nothing, nor does a value that is there twice. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.toSorted();
  return value;
}

async function fetchDocument(name: string): Promise<Document> {
  return JSON.parse(await (await fetch(`${world.issuer}/.well-known/${name}`)).text());
}

const keysOf = (...documents: readonly Document[]) => [...new Set(documents.flatMap(Object.keys))];

describe('wallet-openid-configuration beside the one of Pro Santé Connect', () => {
  it('is the same, key by key, or differs for a reason that is written down', async () => {
    const here = await fetchDocument('wallet-openid-configuration');
    const there = pscDiscovery(world.issuer, world.walletUrl);
    const found = keysOf(there, here, verdicts).map((key) => {
      const same = JSON.stringify(told(here[key])) === JSON.stringify(told(there[key]));
      const verdict = verdicts[key] ?? 'no verdict';
      const why = verdict.startsWith('differs: ') ? verdict : 'differs, and no verdict says why';
      return [key, same ? 'same' : why];
    });
    expect(Object.fromEntries(found)).toEqual(verdicts);
  });

  it('is printed in docs/reference/discovery.md', async () => {
    const [issuer, wallet] = ['https://issuer', 'https://wallet'];
    const there = pscDiscovery(issuer, wallet);
    const here: Document = discoveryDocument(issuer, `${wallet}/auth`);
    const rows = keysOf(there, here).map((key) => {
      const verdict = verdicts[key] ?? '';
      const value = (document: Document) => printed(document[key]);
      return verdict === 'same'
        ? `| \`${key}\` | ${value(there)} | the same |`
        : `| \`${key}\` | ${value(there)} | ${value(here)}<br>${verdict.replace('differs: ', 'Why: ')} |`;
    });
    const text = [
      '# Discovery, beside Pro Santé Connect',
      '',
      'Every key of the two discovery documents: what Pro Santé Connect advertises, and what this provider does.',
      'Written by `discovery.int.test.ts` of oidc-provider, which fails when it is stale: `vitest run -u` writes it again.',
      'The standard document, `openid-configuration`, is the same with our own authorization endpoint.',
      '',
      '| Key | Pro Santé Connect | Here |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ];
    await expect(text.join('\n')).toMatchFileSnapshot('../../../../docs/reference/discovery.md');
  });
});

function printed(value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value)) return value.map((each) => `\`${each}\``).join(' ');
  if (typeof value === 'object' && value !== null)
    return Object.keys(value)
      .map((each) => `\`${each}\``)
      .join(' ');
  return `\`${value}\``;
}

describe('what the documents say', () => {
  /** What the library, set up as it is here, says of itself. */
  async function librarysOwn(): Promise<Document> {
    const signingKeys = await Promise.all(
      (['RS256', 'ES256'] as const).map(async (alg) => ({
        ...(await generateSigningKey(alg)),
        state: 'current' as const,
      })),
    );
    const clock = () => Date.now();
    const needs = {
      store: createMemoryStore(clock, { sessionIdleSeconds: 1800 }),
      subjects: createSubjects('550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd'),
      logger: createLogger({ service: 'oidc-provider', level: 'silent' }),
      clock,
    };
    const second = 1;
    const provider = buildProvider(
      // The rest is for requests: this one provider only answers for itself.
      needs as unknown as ProviderNeeds,
      {
        issuer: world.issuer,
        walletUrl: world.walletUrl,
        cookieKeys: ['of the test'],
        cibaInterval: 1,
        lifetimes: {
          accessToken: second,
          idToken: second,
          authorizationCode: second,
          refreshToken: second,
          sessionIdle: second,
          sessionMax: second,
          interaction: second,
        },
      },
      signingKeys,
      createTokenSigner(signingKeys, deriveKeys(sealKeys(), 'refresh-token', OWN_KEY_BYTES)),
    );
    const server = createServer(provider.callback()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`);
    const text = await answer.text();
    server.close();
    return JSON.parse(text.replaceAll(`http://127.0.0.1:${port}`, world.issuer));
  }

  it('is what the library is set up to do, no more and no less', async () => {
    const library = await librarysOwn();
    const here = await fetchDocument('openid-configuration');
    const differing = keysOf(library, here)
      .filter((key) => JSON.stringify(told(library[key])) !== JSON.stringify(told(here[key])))
      .sort();
    // What the library does not say of itself, or leaves to us, and what it says of more than we let it do.
    expect(differing).toEqual([
      'backchannel_logout_session_supported',
      'backchannel_logout_supported',
      'backchannel_user_code_parameter_supported',
      'claims_supported',
      'frontchannel_logout_session_supported',
      'frontchannel_logout_supported',
      'introspection_endpoint_auth_methods_supported',
      'introspection_endpoint_auth_signing_alg_values_supported',
      'mtls_endpoint_aliases',
      'registration_endpoint',
      'require_pushed_authorization_requests',
      'require_request_uri_registration',
      'revocation_endpoint_auth_methods_supported',
      'revocation_endpoint_auth_signing_alg_values_supported',
    ]);
    expect(here.claims_supported).toEqual(expect.arrayContaining(library.claims_supported as string[]));
  });
});
