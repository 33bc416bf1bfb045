-- Up Migration

-- What the FHIR face needs besides `listed_people` (src/fhir/directory): derived from `described` by a follower of its own,
-- from the public files alone, and made again at will.

-- Each place and way of practising of each person. One that ended is told for a month.
CREATE TABLE published_roles (
  national_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- Null when nothing identifies the place.
  structure_id text COLLATE "C",
  left_at timestamptz
);
CREATE UNIQUE INDEX published_roles_by_person ON published_roles (national_id, key);
CREATE INDEX published_roles_by_structure ON published_roles (structure_id, national_id);
CREATE INDEX published_roles_by_end ON published_roles (left_at) WHERE left_at IS NOT NULL;

-- Each place where somebody practises or practised, and the legal entities that they belong to.
CREATE TABLE published_structures (
  -- A digest of what identifies it: for good, whatever is rebuilt.
  id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  -- Does somebody practise there? A legal entity: is one of its places active?
  active boolean NOT NULL,
  updated_at timestamptz NOT NULL,
  -- The legal entity.
  part_of text COLLATE "C",
  -- The values of `structureFields`, joined by `|`.
  row text NOT NULL,
  -- `names`, `lines`, `cities`: keys of each, a line feed before each one.
  names text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  -- `identifier:0B0057881`, `sector:SA01`, `type:LEGAL-ENTITY`…
  facets text[] NOT NULL
);
CREATE UNIQUE INDEX published_structures_by_id ON published_structures (id);
CREATE INDEX published_structures_by_update ON published_structures (updated_at, id);
CREATE INDEX published_structures_by_entity ON published_structures (part_of, id);
CREATE INDEX published_structures_by_facet ON published_structures USING gin (facets);

-- What changed since: also of people.
CREATE INDEX listed_people_by_update ON listed_people (updated_at, id);

-- Who may ask the FHIR face. The key itself was shown once: here is its SHA-256, which a key of 256 random bits needs no salt for.
CREATE TABLE api_keys (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  digest bytea NOT NULL UNIQUE,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- A day, and no more: it tells which keys nobody uses.
  last_used_on date,
  revoked_at timestamptz
);
-- One living key of each name.
CREATE UNIQUE INDEX api_keys_by_name ON api_keys (name) WHERE revoked_at IS NULL;
