import { describe, expect, it } from 'vitest';
import { isTransition, mayRedirectTo, wayBackTo, works } from './application.ts';

const registered = ['https://dossier.example/callback', 'https://dossier.example/autre?tenant=1'];

describe('the redirection of an application', () => {
  const strict = { loopbackRedirects: false };

  it('is allowed when it is registered, character for character', () => {
    for (const uri of registered) expect(mayRedirectTo(strict, registered, uri)).toBe(true);
  });

  it.each([
    'https://dossier.example/callback/',
    'https://dossier.example/callback?x=1',
    'https://dossier.example/CALLBACK',
    'https://DOSSIER.example/callback',
    'https://dossier.example:443/callback',
    'https://dossier.example/callback#x',
    'https://dossier.example/a/../callback',
    'https://dossier.example',
    'http://dossier.example/callback',
    'http://localhost:8080/callback',
    '',
  ])('is refused when it only looks like it: %s', (uri) => {
    expect(mayRedirectTo(strict, registered, uri)).toBe(false);
  });
});

describe('the redirection of an application of development', () => {
  const loose = { loopbackRedirects: true };

  it.each([
    'http://localhost:8080/callback',
    'http://127.0.0.1:9/a/b?c=d&e=%20f',
    'http://localhost:65535',
    'http://localhost/x',
    'http://localhost:3000?x=y',
    'https://dossier.example/callback',
  ])('is allowed on the loopback or as registered: %s', (uri) => {
    expect(mayRedirectTo(loose, registered, uri)).toBe(true);
  });

  it.each([
    'https://localhost:8080/callback',
    'http://localhost.evil.example/callback',
    'http://localhost:80@evil.example/',
    'http://localhost@evil.example/',
    'http://user:pass@localhost/',
    'http://127.0.0.1.evil.example/',
    'http://127.0.0.2/',
    'http://[::1]:8080/',
    'http://localhost:0/',
    'http://localhost:65536/',
    'http://localhost:8080/#fragment',
    'http://localhost:8080/\\evil.example',
    'http://localhost\\@evil.example/',
    'http://localhost:8080/ x',
    'http://localhost:8080/\n',
    'HTTP://localhost/',
    ' http://localhost/',
    'javascript:alert(1)//http://localhost/',
    `http://localhost/${'a'.repeat(2048)}`,
  ])('is refused anywhere else: %s', (uri) => {
    expect(mayRedirectTo(loose, registered, uri)).toBe(false);
  });
});

describe('the way back to an application', () => {
  it('is its home, or the site of its first callback', () => {
    expect(wayBackTo({ homeUrl: 'https://dossier.example/accueil', redirectUris: registered })).toBe(
      'https://dossier.example/accueil',
    );
    expect(wayBackTo({ homeUrl: '', redirectUris: registered })).toBe('https://dossier.example/');
    expect(wayBackTo({ homeUrl: '', redirectUris: ['http://localhost:4000/callback'] })).toBe(
      'http://localhost:4000/',
    );
    expect(wayBackTo({ homeUrl: '', redirectUris: [] })).toBe('');
  });
});

describe('the life of an application', () => {
  const all = ['requested', 'approved', 'suspended'] as const;

  it('goes from requested to approved, and between approved and suspended: nowhere else', () => {
    const possible = all.flatMap((from) =>
      all.filter((to) => isTransition(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(possible).toEqual(['requested → approved', 'approved → suspended', 'suspended → approved']);
  });

  it('only works while it is approved, and where those of its environment do', () => {
    for (const testApplications of ['accept', 'refuse'] as const) {
      for (const environment of ['test', 'production'] as const) {
        const working = all.filter((status) => works({ status, environment }, testApplications));
        const exists = environment === 'production' || testApplications === 'accept';
        expect(working).toEqual(exists ? ['approved'] : []);
      }
    }
  });
});
