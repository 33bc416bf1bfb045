-- Up Migration

ALTER TABLE applications
  ADD COLUMN status text CHECK (status IN ('requested', 'approved', 'suspended')),
  -- Sealed: e-mail addresses.
  ADD COLUMN contacts text,
  ADD COLUMN secret_since timestamptz,
  -- Sealed: still works until then, after a rotation with a grace.
  ADD COLUMN former_secret text,
  ADD COLUMN former_secret_until timestamptz,
  -- The registry's revision when the row last changed: a replica reads what is newer than what it knows.
  ADD COLUMN revision bigint NOT NULL DEFAULT 0;
UPDATE applications SET
  status = declaration #>> '{psc,status}',
  declaration = declaration #- '{psc,status}',
  secret_since = CASE WHEN secret IS NULL THEN NULL ELSE updated_at END;
ALTER TABLE applications ALTER COLUMN status SET NOT NULL;
DROP INDEX applications_by_status;
CREATE INDEX applications_by_status ON applications (status);
CREATE INDEX applications_by_revision ON applications (revision);

-- Before the rows, which then carry the new revision. Whoever changes an application holds the one row of
-- registry_revision until the end of its transaction: revisions become visible in their order.
DROP TRIGGER applications_changed ON applications;
CREATE TRIGGER applications_changed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON applications
  FOR EACH STATEMENT EXECUTE FUNCTION increment_registry_revision();

CREATE FUNCTION stamp_registry_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT revision INTO STRICT NEW.revision FROM registry_revision;
  RETURN NEW;
END $$;
CREATE TRIGGER application_stamped BEFORE INSERT OR UPDATE ON applications
  FOR EACH ROW EXECUTE FUNCTION stamp_registry_revision();

-- Who changed what of an application, when and why. It outlives the application.
CREATE TABLE application_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id text NOT NULL,
  at timestamptz NOT NULL,
  operator text NOT NULL,
  event text NOT NULL CHECK (event IN ('created', 'status', 'settings', 'secret', 'removed')),
  from_status text,
  to_status text,
  -- Names of settings, never their values.
  fields text[] NOT NULL DEFAULT '{}',
  reason text NOT NULL DEFAULT ''
);
CREATE INDEX application_history_by_application ON application_history (client_id, id);

CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of applications is only added to';
END $$;
CREATE TRIGGER application_history_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON application_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();
