-- Up Migration

-- How far each follower of the register has read `changes` (docs/decisions/0012): up to and with this subject of this version.
-- Nothing yet, or version 0: it rebuilds itself.
CREATE TABLE register_followers (
  name text PRIMARY KEY,
  version_id bigint NOT NULL DEFAULT 0,
  subject text COLLATE "C" NOT NULL DEFAULT ''
);

-- Who can be searched for, as src/domain/listing.ts says it: derived from `described`, and made again from it at will.
CREATE SEQUENCE listed_people_ids;
CREATE TABLE listed_people (
  -- For good: a rebuild keeps it.
  id bigint PRIMARY KEY,
  national_id text COLLATE "C" NOT NULL,
  -- May this person practise?
  active boolean NOT NULL,
  -- Does the last public file show them? Null when none ever did: then nothing here may be told to the public, and otherwise
  -- all of it may.
  published boolean,
  -- When the version that last changed what is here was imported.
  updated_at timestamptz NOT NULL,
  -- Normalised names of practice, and all of them together, family name first.
  family_key text COLLATE "C" NOT NULL,
  given_key text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  -- `profession:10`, `department:75`, `structure:F250000700`…
  facets text[] NOT NULL
);
CREATE UNIQUE INDEX listed_people_by_national_id ON listed_people (national_id);
CREATE INDEX listed_people_by_name ON listed_people (name_key, id);
CREATE INDEX listed_people_by_facet ON listed_people USING gin (facets);

-- Each word of each name, with the whole name: a search by name reads this index alone, in its order.
CREATE TABLE listed_words (
  word text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  person_id bigint NOT NULL
);
CREATE UNIQUE INDEX listed_words_in_order ON listed_words (word, name_key, person_id);

-- The words that there are, for those that are looked for in the middle of a word. Those that nobody has any more stay.
CREATE TABLE known_words (word text COLLATE "C" PRIMARY KEY);
-- Comes with PostgreSQL (`postgresql-contrib` where it is packaged apart); the owner of a database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX known_words_by_trigram ON known_words USING gin (word gin_trgm_ops);
