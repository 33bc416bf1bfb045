-- Up Migration

-- A key is published as soon as it is created: created_at is also when.
ALTER TABLE signing_keys
  ADD COLUMN signs_since timestamptz,
  ADD COLUMN retired_at timestamptz;
UPDATE signing_keys SET
  signs_since = CASE WHEN state = 'next' THEN NULL ELSE created_at END,
  retired_at = CASE WHEN state = 'retired' THEN now() END;
ALTER TABLE signing_keys
  ADD CONSTRAINT signing_key_times CHECK (
    (state = 'next' AND signs_since IS NULL AND retired_at IS NULL)
    OR (state = 'current' AND signs_since IS NOT NULL AND retired_at IS NULL)
    OR (state = 'retired' AND signs_since IS NOT NULL AND retired_at IS NOT NULL)
  );
CREATE UNIQUE INDEX one_next_key_per_alg ON signing_keys (alg) WHERE state = 'next';

-- Which key entered which state, when, by whom and why. It outlives the keys.
CREATE TABLE signing_key_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kid text NOT NULL,
  alg text NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('next', 'current', 'retired', 'removed')),
  operator text NOT NULL,
  reason text NOT NULL DEFAULT ''
);

CREATE FUNCTION refuse_to_rewrite_key_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of signing keys is only added to';
END $$;
CREATE TRIGGER signing_key_history_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signing_key_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_key_history();
