-- expand: fold 2
-- As a later version may have them: a table by day, a count by day, and indexes of tables that are there.
CREATE TABLE later_mail (
  day int NOT NULL,
  queue_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (day, queue_id)
) PARTITION BY RANGE (day);
COMMENT ON TABLE later_mail IS 'folded from mail.accepted';
CREATE TABLE later_count (
  day int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  messages bigint NOT NULL CHECK (messages >= 0),
  PRIMARY KEY (day, organization)
);
COMMENT ON TABLE later_count IS 'folded from mail.accepted';
CREATE INDEX later_host ON ONLY recipient (host, at) WHERE host <> '';
CREATE INDEX later_control ON control (partition, at);
