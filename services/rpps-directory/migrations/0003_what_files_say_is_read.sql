-- Up Migration

-- What the register was before it kept what each file says (0002): the files are imported again.
DROP TABLE contacts, activities, exercices, other_identifiers, people, rejects, imports;

-- What an import has read so far. Without WAL: after a crash of the server they are empty, all of them, and the import
-- begins again. An import that was stopped goes on from its mark.
CREATE UNLOGGED TABLE staged_personne_activite (
  -- Line of the file where the subject's rows begin. A subject may have several runs of rows.
  line integer NOT NULL,
  subject text COLLATE "C" NOT NULL,
  digest bigint NOT NULL,
  rows text NOT NULL,
  other_ids text[],
  contact text,
  -- Keyed digest of the contact, which is compared with the rest; 0 without one.
  contact_digest bigint NOT NULL,
  -- What goes to contact_keys, joined by spaces.
  contact_keys text
) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE staged_pro_sante_connect (LIKE staged_personne_activite INCLUDING ALL) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE staged_savoir_faire (LIKE staged_personne_activite INCLUDING ALL) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE staged_dipl_autexerc (LIKE staged_personne_activite INCLUDING ALL) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE staged_mssante (LIKE staged_personne_activite INCLUDING ALL) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE staged_porteurs (LIKE staged_personne_activite INCLUDING ALL) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE staged_adeli_rpps (LIKE staged_personne_activite INCLUDING ALL) WITH (autovacuum_enabled = off);

CREATE UNLOGGED TABLE staged_rejections (
  kind text NOT NULL,
  line integer NOT NULL,
  reason text NOT NULL,
  subject text COLLATE "C"
);

-- How far each kind was staged: a Mark, written with the rows before it.
CREATE UNLOGGED TABLE staging (
  kind text PRIMARY KEY,
  started_at timestamptz NOT NULL,
  bytes bigint NOT NULL,
  lines integer NOT NULL,
  sha256 text NOT NULL,
  -- Rows of the file, good ones, and Warning[].
  rows integer NOT NULL,
  warnings jsonb NOT NULL
);
