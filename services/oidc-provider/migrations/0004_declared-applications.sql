-- Up Migration

-- An application is kept as it is declared: one column instead of one for each setting.
ALTER TABLE applications ADD COLUMN declaration jsonb;
UPDATE applications SET declaration = metadata || jsonb_build_object(
  'client_id', client_id,
  'client_name', name,
  'psc', jsonb_build_object(
    'status', CASE status WHEN 'active' THEN 'approved' ELSE 'suspended' END,
    'environment', CASE WHEN loopback_redirects THEN 'test' ELSE 'production' END,
    'acr', acr,
    'claims', claims,
    'challenge_from_login_hint', challenge_from_login_hint,
    'loopback_redirects', loopback_redirects));
ALTER TABLE applications
  ALTER COLUMN declaration SET NOT NULL,
  ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
  DROP COLUMN name,
  DROP COLUMN status,
  DROP COLUMN metadata,
  DROP COLUMN acr,
  DROP COLUMN claims,
  DROP COLUMN challenge_from_login_hint,
  DROP COLUMN loopback_redirects;
-- What is read first when somebody looks for applications that wait to be approved.
CREATE INDEX applications_by_status ON applications ((declaration #>> '{psc,status}'));
