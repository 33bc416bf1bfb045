-- Up Migration

-- What a search needs of each candidate is in the very index that it reads in order, so that it visits no table before it knows
-- whom it shows. All of it is made again by the follower, which has a new name: until then, searches find nobody.

-- The codes that people are searched by, such as `|p10|d75|sSM26|`.
ALTER TABLE listed_people ADD COLUMN codes text COLLATE "C" NOT NULL DEFAULT '|';
ALTER TABLE listed_people ALTER COLUMN codes DROP DEFAULT;

DROP TABLE listed_words;
CREATE TABLE listed_words (
  word text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  person_id bigint NOT NULL,
  active boolean NOT NULL,
  codes text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX listed_words_in_order ON listed_words (word, name_key, person_id) INCLUDE (active, codes);

-- Each savoir-faire (and '', for any) with each profession and each department of each person ('' for who has none): a search
-- by codes reads the few ranges of this index that are asked for.
CREATE TABLE listed_practices (
  savoir_faire text COLLATE "C" NOT NULL,
  profession text COLLATE "C" NOT NULL,
  department text COLLATE "C" NOT NULL,
  active boolean NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  person_id bigint NOT NULL
);
CREATE UNIQUE INDEX listed_practices_in_order
  ON listed_practices (savoir_faire, profession, department, active, name_key, person_id);

-- The combinations that there are. Those that nobody has any more stay.
CREATE TABLE known_practices (
  savoir_faire text COLLATE "C" NOT NULL,
  profession text COLLATE "C" NOT NULL,
  department text COLLATE "C" NOT NULL,
  PRIMARY KEY (savoir_faire, profession, department)
);

-- An index answers alone for pages that were tidied since they changed: a day changes some 0.2 % of the people, whose words are
-- on most pages.
ALTER TABLE listed_people SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
ALTER TABLE listed_words SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
ALTER TABLE listed_practices SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);

-- Nobody reads everybody by name any more; the FHIR face reads names of practice. Whichever of two names PostgreSQL believes the
-- rarer, the other one is in the same index; and the commonest family names have thousands of people: whom FHIR may tell, and
-- the first of them, the index says without their rows.
DROP INDEX listed_people_by_name;
CREATE INDEX listed_people_by_family ON listed_people (family_key, given_key) INCLUDE (id, active, published, updated_at);
CREATE INDEX listed_people_by_given ON listed_people (given_key, family_key);
