-- Up Migration

CREATE TABLE signing_keys (
  -- RFC 7638 thumbprint of the public key.
  kid text PRIMARY KEY,
  alg text NOT NULL CHECK (alg IN ('RS256', 'ES256')),
  -- next: published, signs nothing yet. current: signs. retired: published until nothing it signed is in use.
  state text NOT NULL CHECK (state IN ('next', 'current', 'retired')),
  -- Sealed JWK.
  private_jwk text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX one_current_key_per_alg ON signing_keys (alg) WHERE state = 'current';
