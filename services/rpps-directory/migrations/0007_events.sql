-- Up Migration

-- The number of an event is the time when it was written, in microseconds, or the next one. Whoever acts on events remembers the
-- greatest number of a person: a database that was restored from a backup, or a standby that took over, gives none of them
-- again for something else.
CREATE SEQUENCE register_event_numbers OWNED BY register_events.id;
CREATE FUNCTION next_register_event_number() RETURNS bigint LANGUAGE sql AS $$
  SELECT setval('register_event_numbers',
    greatest(nextval('register_event_numbers'), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
$$;
ALTER TABLE register_events ALTER COLUMN id DROP IDENTITY;
ALTER TABLE register_events ALTER COLUMN id SET DEFAULT next_register_event_number();

-- An identifier leads to its own record again: subject; previous_id is whom it led to.
ALTER TABLE register_events DROP CONSTRAINT register_events_type_check;
ALTER TABLE register_events ADD CONSTRAINT register_events_type_check
  CHECK (type IN ('struck_off', 'reappeared', 'merged', 'separated', 'contact_changed'));
