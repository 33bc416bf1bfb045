-- Up Migration

-- One row that every change of an application or a key increments: a replica asks for it often, and reads the rest only
-- when it moved. A notification tells it to ask at once.
CREATE TABLE registry_revision (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  revision bigint NOT NULL
);
INSERT INTO registry_revision (revision) VALUES (1);

CREATE FUNCTION increment_registry_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE registry_revision SET revision = revision + 1;
  PERFORM pg_notify('registry_changed', '');
  RETURN NULL;
END $$;

CREATE TRIGGER applications_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON applications
  FOR EACH STATEMENT EXECUTE FUNCTION increment_registry_revision();
CREATE TRIGGER signing_keys_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON signing_keys
  FOR EACH STATEMENT EXECUTE FUNCTION increment_registry_revision();
