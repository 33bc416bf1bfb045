-- Up Migration

-- Who was struck off the register: their phones are silent, until they reappear. One row per person; of several events
-- about them the one of the greatest number counts, in whatever order they come.
CREATE TABLE silences (
  national_id text PRIMARY KEY,
  event_id bigint NOT NULL,
  silent boolean NOT NULL,
  at timestamptz NOT NULL
);

-- An identifier that became another one, as the register says: what was moved, for whoever asks later whose a phone was.
CREATE TABLE merges (
  event_id bigint PRIMARY KEY,
  previous_id text NOT NULL,
  national_id text NOT NULL,
  device_ids text[] NOT NULL,
  at timestamptz NOT NULL
);

-- Down Migration

DROP TABLE merges;
DROP TABLE silences;
