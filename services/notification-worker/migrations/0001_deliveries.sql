-- Up Migration

-- What became of each notification: one row per approval and device. No personal data: both identifiers are random.
CREATE TABLE deliveries (
  approval_id text NOT NULL,
  device_id text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('delivered', 'dropped', 'failed')),
  -- Why it was dropped or failed: a stable code; '' when delivered.
  reason text NOT NULL,
  attempts integer NOT NULL CHECK (attempts > 0),
  at timestamptz NOT NULL,
  PRIMARY KEY (approval_id, device_id)
);

-- Old rows are forgotten in order of age.
CREATE INDEX deliveries_by_age ON deliveries (at);
