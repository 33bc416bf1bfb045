-- Up Migration

-- Whichever of two names PostgreSQL believes the rarer, the other one is in the same index: a common name visits no row for it.
DROP INDEX listed_people_by_given;
CREATE INDEX listed_people_by_given ON listed_people (given_key, family_key);
