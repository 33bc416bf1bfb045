-- Up Migration

-- Initial access tokens (RFC 7591 §3): each lets so many applications be requested by dynamic registration.
CREATE TABLE registration_tokens (
  name text PRIMARY KEY,
  -- SHA-256 of the token, which is nowhere.
  digest text NOT NULL UNIQUE,
  most integer NOT NULL CHECK (most > 0),
  used integer NOT NULL DEFAULT 0 CHECK (used <= most),
  expires_at timestamptz NOT NULL,
  operator text NOT NULL,
  created_at timestamptz NOT NULL
);

-- SHA-256 of the token by which an application that registered itself reads and changes its request (RFC 7592).
ALTER TABLE applications ADD COLUMN registration_digest text;
