-- Up Migration

-- What became of each e-mail and SMS. No personal data: neither to whom, nor what it said.
CREATE TABLE message_deliveries (
  message_id text PRIMARY KEY,
  kind text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'sms')),
  outcome text NOT NULL CHECK (outcome IN ('delivered', 'failed')),
  -- Why it failed: a stable code; '' when delivered.
  reason text NOT NULL,
  attempts integer NOT NULL CHECK (attempts > 0),
  at timestamptz NOT NULL
);

-- Old rows are forgotten in order of age.
CREATE INDEX message_deliveries_by_age ON message_deliveries (at);
