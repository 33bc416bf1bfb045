import { describe, expect, it } from 'vitest';
import { accessTokenClaims, kindOf, refreshTokenClaims, serviceTokenClaims } from './token-claims.ts';

const issuer = 'https://issuer.example';
const stored = {
  exp: 1_760_000_120,
  iat: 1_760_000_000,
  jti: '7e1f0d2c-0000-4000-8000-000000000001',
  accountId: 'f:store:899700000013',
  clientId: 'dossier',
  scope: 'openid scope_all',
  sid: '7e1f0d2c-0000-4000-8000-000000000002',
  extra: { typ: 'Bearer', azp: 'dossier', username: '899700000013' },
};
const thumbprint = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2';

describe('the claims of a token', () => {
  const every = [accessTokenClaims, refreshTokenClaims, serviceTokenClaims] as const;

  it('name the certificate that it is bound to, as it is kept, and none otherwise', () => {
    for (const claimsOf of every) {
      expect(claimsOf(issuer, { ...stored, 'x5t#S256': thumbprint })).toHaveProperty('cnf', {
        'x5t#S256': thumbprint,
      });
      expect(claimsOf(issuer, stored)).not.toHaveProperty('cnf');
    }
  });

  it('say which kind it is', () => {
    expect(every.map((claimsOf) => kindOf(claimsOf(issuer, stored)))).toEqual([
      'access',
      'refresh',
      'service',
    ]);
    for (const other of [{}, { typ: 'ID' }, { typ: 'bearer' }, { typ: ['Bearer'] }]) {
      expect(kindOf(other)).toBeUndefined();
    }
  });

  it('leave to introspection what it alone tells', () => {
    for (const claimsOf of every) expect(claimsOf(issuer, stored)).not.toHaveProperty('username');
  });

  it('repeat only scopes that exist', () => {
    expect(refreshTokenClaims(issuer, { ...stored, scope: 'openid inconnu scope_all' }).scope).toBe(
      'openid scope_all',
    );
  });
});
