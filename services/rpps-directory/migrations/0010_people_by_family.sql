-- Up Migration

-- The commonest names have thousands of people: whom FHIR may tell, and the first of them, this index says without their rows.
DROP INDEX listed_people_by_family;
CREATE INDEX listed_people_by_family ON listed_people (family_key, given_key) INCLUDE (id, active, published, updated_at);
ALTER TABLE listed_people SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);
