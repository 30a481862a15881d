-- A table of a later version, which its fold fills with each message.
CREATE TABLE later (
  day int NOT NULL,
  queue_id text NOT NULL,
  PRIMARY KEY (day, queue_id)
) PARTITION BY RANGE (day);

CREATE FUNCTION later_too() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO later VALUES (NEW.day, NEW.queue_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER later_too AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION later_too();
