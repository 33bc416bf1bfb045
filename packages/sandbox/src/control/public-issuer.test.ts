import { describe, expect, it } from 'vitest';
import { isPublicIssuer } from './public-issuer.ts';

describe('a public issuer', () => {
  it.each([
    'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet',
    'https://auth.example.org/',
    'https://AUTH.EXAMPLE.ORG./',
    'https://93.184.216.34/',
    'https://[2606:4700::1111]/',
    'https://localhost.example.org/',
  ])('is %s', (issuer) => expect(isPublicIssuer(issuer)).toBe(true));

  it.each([
    'http://localhost:3000/auth/realms/esante-wallet',
    'http://auth.example.org/',
    'https://localhost:3000/',
    'https://auth.localhost/',
    'https://psc.test/',
    'https://oidc-provider/',
    'https://auth.psc.svc.cluster.internal/',
    'https://192.168.1.10/',
    'https://[::1]/',
  ])('is not %s', (issuer) => expect(isPublicIssuer(issuer)).toBe(false));
});
