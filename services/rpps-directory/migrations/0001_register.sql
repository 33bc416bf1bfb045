-- Up Migration

-- One row per accepted import; a refused one leaves nothing. `counts` is ImportCounts.
CREATE TABLE imports (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('personne_activite', 'pro_sante_connect')),
  sha256 text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The operator's reason, when the guard against great losses was lifted.
  forced_because text,
  counts jsonb NOT NULL
);
CREATE INDEX imports_by_kind ON imports (kind, finished_at DESC);

-- The bad rows of the last import of each kind: where, why and about whom, never what they held.
CREATE TABLE rejects (
  import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
  line integer NOT NULL,
  reason text NOT NULL,
  national_id text
);
CREATE INDEX rejects_by_import ON rejects (import_id);

CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  national_id text NOT NULL UNIQUE,
  origin text NOT NULL,
  -- Was this person in the last import of each kind? One of them is enough to be active: the public extract hides those
  -- who opposed publication.
  in_personne_activite boolean NOT NULL,
  in_pro_sante_connect boolean NOT NULL,
  status text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN in_personne_activite OR in_pro_sante_connect THEN 'active' ELSE 'inactive' END
  ) STORED,
  code_civilite text NOT NULL,
  family_name text NOT NULL,
  given_name text NOT NULL,
  -- Digests of what was last written, so that an import only rewrites what differs.
  practice_digest uuid NOT NULL,
  -- Null until the restricted extract described this person: the names are then those of practice.
  civil_digest uuid
);

-- Identifiers that a person has beside the national one, such as the ADELI number of before. Each leads to one person.
CREATE TABLE other_identifiers (
  identifier text PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE
);
CREATE INDEX other_identifiers_by_person ON other_identifiers (person_id);

-- Profession × category × savoir-faire. `position` orders as the file did.
CREATE TABLE exercices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
  position integer NOT NULL,
  code_profession text NOT NULL,
  code_categorie_professionnelle text NOT NULL,
  code_type_savoir_faire text NOT NULL,
  code_savoir_faire text NOT NULL,
  code_civilite_dexercice text NOT NULL,
  nom_dexercice text NOT NULL,
  prenom_dexercice text NOT NULL,
  UNIQUE (person_id, code_profession, code_categorie_professionnelle, code_type_savoir_faire, code_savoir_faire)
);

CREATE TABLE activities (
  exercice_id bigint NOT NULL REFERENCES exercices ON DELETE CASCADE,
  position integer NOT NULL,
  code_mode_exercice text NOT NULL,
  code_secteur_dactivite text NOT NULL,
  code_section_pharmacien text NOT NULL,
  code_role text NOT NULL,
  code_genre_activite text NOT NULL,
  numero_siret_site text NOT NULL,
  numero_siren_site text NOT NULL,
  numero_finess_site text NOT NULL,
  numero_finessetablissement_juridique text NOT NULL,
  identifiant_technique_de_la_structure text NOT NULL,
  raison_sociale_site text NOT NULL,
  enseigne_commerciale_site text NOT NULL,
  complement_destinataire text NOT NULL,
  complement_point_geographique text NOT NULL,
  numero_voie text NOT NULL,
  indice_repetition_voie text NOT NULL,
  code_type_de_voie text NOT NULL,
  libelle_voie text NOT NULL,
  mention_distribution text NOT NULL,
  bureau_cedex text NOT NULL,
  code_postal text NOT NULL,
  code_commune text NOT NULL,
  code_pays text NOT NULL,
  telephone text NOT NULL,
  telephone2 text NOT NULL,
  telecopie text NOT NULL,
  adresse_e_mail text NOT NULL,
  code_departement text NOT NULL,
  ancien_identifiant_de_la_structure text NOT NULL,
  autorite_denregistrement text NOT NULL,
  PRIMARY KEY (exercice_id, position)
);

-- How to reach a person, from the restricted extract only: `{ phone, mail }`, sealed under the person's name.
CREATE TABLE contacts (
  person_id bigint PRIMARY KEY REFERENCES people ON DELETE CASCADE,
  sealed text NOT NULL
);

-- Every time a contact was asked for, by which service, about whom.
CREATE TABLE contact_reads (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  reader text NOT NULL,
  national_id text NOT NULL,
  found boolean NOT NULL
);
