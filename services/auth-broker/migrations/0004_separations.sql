-- Up Migration

-- A merge may turn out to be wrong: what it moved comes back. A row whose two identifiers are one says that and when; what was
-- moved before it counts no more.
CREATE INDEX merges_by_previous ON merges (previous_id, event_id);

-- Down Migration

DROP INDEX merges_by_previous;
