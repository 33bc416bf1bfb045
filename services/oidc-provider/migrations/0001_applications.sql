-- Up Migration

-- The applications that may log professionals in. Changed by `clients.ts apply`, read by every replica.
CREATE TABLE applications (
  client_id text PRIMARY KEY,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'disabled')),
  -- Sealed: the engine compares secrets in clear. NULL for a public application.
  secret text,
  -- OpenID Connect registration metadata, by its own names.
  metadata jsonb NOT NULL,
  acr text NOT NULL,
  claims text NOT NULL,
  challenge_from_login_hint boolean NOT NULL,
  loopback_redirects boolean NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
