-- expand: fold 2
-- The records of a message that are read in one transaction, packed together (docs/decisions/0107-what-a-message-costs-the-read-model.md): MessageLife
-- as PackedLife writes it. A row without it has its acceptance in `record` and all other records in the table event.
ALTER TABLE message ADD COLUMN life bytea;
-- DNS names of the client's certificate, with spaces between them; null: none.
ALTER TABLE message ADD COLUMN peer_names text COLLATE "C";
ALTER TABLE message ALTER COLUMN record SET DEFAULT '';
