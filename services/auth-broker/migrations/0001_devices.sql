-- Up Migration

-- One activation at a time per professional: a new ticket makes the former one worthless. Only its digest is kept.
CREATE TABLE activation_tickets (
  national_id text PRIMARY KEY,
  digest bytea NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);

-- The phones that answer for a professional.
CREATE TABLE devices (
  id text PRIMARY KEY,
  national_id text NOT NULL,
  name text NOT NULL,
  -- P-256, as a JWK.
  public_key jsonb NOT NULL,
  -- HMAC of the PIN under a key that this database does not hold.
  pin_verifier text NOT NULL,
  pin_failures integer NOT NULL DEFAULT 0 CHECK (pin_failures >= 0),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'locked')),
  -- Whoever reads a push subscription may wake the phone: it is sealed.
  push_subscription text,
  activated_at timestamptz NOT NULL
);

CREATE INDEX devices_by_professional ON devices (national_id, activated_at DESC);

-- "It was not me": one row per login, for the security officer.
CREATE TABLE fraud_reports (
  approval_id text PRIMARY KEY,
  national_id text NOT NULL,
  device_id text NOT NULL REFERENCES devices (id),
  client_id text NOT NULL,
  requester_ip text NOT NULL,
  requester_user_agent text NOT NULL,
  reported_at timestamptz NOT NULL
);

CREATE INDEX fraud_reports_by_age ON fraud_reports (reported_at);

-- Down Migration

DROP TABLE fraud_reports;
DROP TABLE devices;
DROP TABLE activation_tickets;
