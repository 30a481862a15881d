-- expand: same fold
-- Two versions of console-service use these tables at a time (docs/decisions/0103-two-versions-of-the-console-share-its-tables.md).

-- The number of the fold that wrote last.
CREATE TABLE last_fold (
  id int PRIMARY KEY CHECK (id = 1),
  number int NOT NULL
);
INSERT INTO last_fold (id, number) VALUES (1, 1);

-- From which topic a table with days is folded: a version that does not know the table keeps its days, and empties them in a rebuild.
COMMENT ON TABLE message IS 'folded from mail.accepted';
COMMENT ON TABLE message_organization IS 'folded from mail.accepted';
COMMENT ON TABLE recipient IS 'folded from mail.accepted';
COMMENT ON TABLE event IS 'folded from mail.accepted';
COMMENT ON TABLE reported IS 'folded from mail.accepted';
COMMENT ON TABLE mail_in IS 'folded from mail.accepted';
COMMENT ON TABLE mail_out IS 'folded from mail.accepted';
COMMENT ON TABLE mail_sender IS 'folded from mail.accepted';
COMMENT ON TABLE refusal IS 'folded from mail.refusals';
COMMENT ON TABLE mail_refused IS 'folded from mail.refusals';
COMMENT ON TABLE day_bound IS 'kept by a rebuild';
