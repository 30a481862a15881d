-- expand: fold 2
-- As a later version may have it: its fold fills these columns.
ALTER TABLE recipient ADD COLUMN later_null text COLLATE "C", ADD COLUMN later_default int NOT NULL DEFAULT 7;
