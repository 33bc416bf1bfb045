-- Up Migration

-- One row per accepted import or rollback; a refused one leaves nothing.
CREATE TABLE versions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  -- The name of the file, or the address without its query; never what is in it.
  source text NOT NULL,
  sha256 text NOT NULL,
  -- Who ran the command: the login name and host that the command saw, or what --operator said.
  operator text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The operator's reason, when the guard against great changes was lifted, or for a rollback.
  reason text,
  -- For a rollback: the version that it undid. Undone once.
  undoes bigint UNIQUE REFERENCES versions,
  -- ImportCounts.
  counts jsonb NOT NULL
);
CREATE INDEX versions_by_kind ON versions (kind, id DESC);

-- The bad rows of the last version of each kind: where, why and about whom, never what they held.
CREATE TABLE rejected_rows (
  version_id bigint NOT NULL REFERENCES versions ON DELETE CASCADE,
  line integer NOT NULL,
  reason text NOT NULL,
  subject text
);
CREATE INDEX rejected_rows_by_version ON rejected_rows (version_id, line);

-- What the last file of a kind says of each subject (docs/decisions/0012). All seven tables are alike.
CREATE TABLE described_personne_activite (
  -- A national identifier, or `structure:<identifier>`.
  subject text COLLATE "C" PRIMARY KEY,
  -- Does the last file show the subject? If not, the rest is what the last file that did said.
  present boolean NOT NULL,
  -- The version that last wrote this row.
  version_id bigint NOT NULL,
  digest bigint NOT NULL,
  -- StoredRows of this kind.
  rows text NOT NULL,
  -- Identifiers that the subject declares beside their own.
  other_ids text[],
  -- `{ phone, mail }`, sealed under the subject's name.
  contact text
);
CREATE TABLE described_pro_sante_connect (LIKE described_personne_activite INCLUDING ALL);
CREATE TABLE described_savoir_faire (LIKE described_personne_activite INCLUDING ALL);
CREATE TABLE described_dipl_autexerc (LIKE described_personne_activite INCLUDING ALL);
CREATE TABLE described_mssante (LIKE described_personne_activite INCLUDING ALL);
CREATE TABLE described_porteurs (LIKE described_personne_activite INCLUDING ALL);
CREATE TABLE described_adeli_rpps (LIKE described_personne_activite INCLUDING ALL);

CREATE VIEW described AS
  SELECT 'personne_activite' AS kind, * FROM described_personne_activite
  UNION ALL SELECT 'pro_sante_connect', * FROM described_pro_sante_connect
  UNION ALL SELECT 'savoir_faire', * FROM described_savoir_faire
  UNION ALL SELECT 'dipl_autexerc', * FROM described_dipl_autexerc
  UNION ALL SELECT 'mssante', * FROM described_mssante
  UNION ALL SELECT 'porteurs', * FROM described_porteurs
  UNION ALL SELECT 'adeli_rpps', * FROM described_adeli_rpps;

-- What a version replaced: the row of before, and for who was not there before nulls. The first version of a kind has none.
CREATE TABLE changes (
  version_id bigint NOT NULL REFERENCES versions ON DELETE CASCADE,
  subject text COLLATE "C" NOT NULL,
  change text NOT NULL CHECK (change IN ('created', 'changed', 'left', 'returned')),
  present boolean,
  digest bigint,
  rows text,
  other_ids text[],
  contact text,
  PRIMARY KEY (version_id, subject)
);

-- `other_ids` the other way round: who declares this identifier, in which kind of file.
CREATE TABLE declared_identifiers (
  identifier text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  PRIMARY KEY (identifier, subject, kind)
);
CREATE INDEX declared_identifiers_by_subject ON declared_identifiers (subject, kind);

-- Keyed digests of telephone numbers and addresses, to find whose they are without opening any.
CREATE TABLE contact_keys (
  key text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  PRIMARY KEY (key, subject)
);
CREATE INDEX contact_keys_by_subject ON contact_keys (subject);

-- What the other services must act on, written with the version that brought it. Numbers grow with time, but two versions
-- never commit at once, so that who has read up to a number has missed none before it.
CREATE TABLE register_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id bigint NOT NULL REFERENCES versions,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  type text NOT NULL CHECK (type IN ('struck_off', 'reappeared', 'merged', 'contact_changed')),
  subject text NOT NULL,
  -- merged: the identifier that leads to `subject` from now on.
  previous_id text,
  -- contact_changed: the contact of before, sealed under the subject's name, until it was announced.
  contact text,
  -- Set once every service that acts on it has a job for it.
  queued_at timestamptz
);
CREATE INDEX register_events_to_queue ON register_events (id) WHERE queued_at IS NULL;
