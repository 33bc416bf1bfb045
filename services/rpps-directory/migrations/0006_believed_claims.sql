-- Up Migration

-- An identifier that has a record of its own, declared by somebody of wholly other names, would give them a stranger's phones:
-- such a claim is not believed. Null until both records are known. Once believed, for good: people change names.
ALTER TABLE declared_identifiers
  ADD COLUMN believed boolean,
  -- The version whose operator said so although the names differ.
  ADD COLUMN forced_by bigint;
-- What was declared before the names were looked at stays as it was.
UPDATE declared_identifiers i SET believed = true
FROM (SELECT subject FROM described_personne_activite UNION SELECT subject FROM described_pro_sante_connect) AS x,
  (SELECT subject FROM described_personne_activite UNION SELECT subject FROM described_pro_sante_connect) AS r
WHERE x.subject = i.identifier AND r.subject = i.subject;
-- Lookups read the key alone.
ALTER TABLE declared_identifiers
  DROP CONSTRAINT declared_identifiers_pkey,
  ADD PRIMARY KEY (identifier, subject, kind) INCLUDE (believed);
-- Each import asks for these: few.
CREATE INDEX declared_identifiers_doubted ON declared_identifiers (kind) WHERE NOT believed OR forced_by IS NOT NULL;

-- Of a claim that the import of another kind refused, no line is known.
ALTER TABLE rejected_rows ALTER COLUMN line DROP NOT NULL;

-- A version is recorded last, with all that it did.
ALTER TABLE changes ALTER CONSTRAINT changes_version_id_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE register_events ALTER CONSTRAINT register_events_version_id_fkey DEFERRABLE INITIALLY DEFERRED;
