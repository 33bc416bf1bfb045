-- Up Migration

-- The e-mails and SMS that we owe to professionals, until they are sent or too old.
CREATE TABLE messages (
  id text PRIMARY KEY,
  kind text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'sms')),
  -- To whom, and what is told, sealed under a key that this database does not hold; NULL once it was sent.
  sealed text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- When it is given to the queue, again if need be; NULL once it was sent, or failed for good.
  queue_at timestamptz
);

CREATE INDEX messages_to_queue ON messages (queue_at) WHERE queue_at IS NOT NULL;
CREATE INDEX messages_by_expiry ON messages (expires_at);

-- Down Migration

DROP TABLE messages;
