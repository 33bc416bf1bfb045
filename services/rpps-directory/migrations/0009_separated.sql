-- Up Migration

-- Each import asks for these: few.
DROP INDEX declared_identifiers_not_believed;
CREATE INDEX declared_identifiers_doubted ON declared_identifiers (kind) WHERE NOT believed OR forced_by IS NOT NULL;

-- An identifier leads to its own record again: subject; previous_id is whom it led to.
ALTER TABLE register_events DROP CONSTRAINT register_events_type_check;
ALTER TABLE register_events ADD CONSTRAINT register_events_type_check
  CHECK (type IN ('struck_off', 'reappeared', 'merged', 'separated', 'contact_changed'));
