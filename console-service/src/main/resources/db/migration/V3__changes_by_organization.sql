-- Changes of an organization are found without reading those of the others.
CREATE INDEX directory_change_organizations ON directory_change
  USING gin ((string_to_array(CASE WHEN organizations = '  ' THEN '?' ELSE btrim(organizations) END, ' ')));
CREATE INDEX directory_change_version ON directory_change (version);
COMMENT ON COLUMN directory_change.organizations IS
  'with a space before and behind each; @DOMAIN: a list of recipients of that domain';
