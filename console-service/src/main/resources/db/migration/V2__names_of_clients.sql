-- Names in the certificates of clients: the record of a refusal has its chain's fingerprint alone.
CREATE TABLE client_names (
  day int NOT NULL,                   -- in which the chain was recorded
  chain bytea NOT NULL,               -- fingerprint
  names text COLLATE "C" NOT NULL,    -- DNS names of the leaf, at most 20, with spaces between them
  PRIMARY KEY (day, chain)
) PARTITION BY RANGE (day);
