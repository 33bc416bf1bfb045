-- Up Migration

-- A day changes some 0.2 % of the people, whose words are on most pages: tidied after that, and not after five such days.
ALTER TABLE listed_people SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
ALTER TABLE listed_words SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
ALTER TABLE listed_practices SET (autovacuum_vacuum_scale_factor = 0.002, autovacuum_vacuum_insert_scale_factor = 0.002);
