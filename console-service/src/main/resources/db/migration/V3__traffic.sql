-- Mail by the hour of its acceptance, for reports and the overview: counted in the transaction that changes the recipients. A writer of the
-- version before does not count: its last minutes are missing until a rebuild.
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = '5s';
LOCK TABLE recipient IN SHARE MODE; -- nothing changes between the first count and the next writer

-- Hours are since 1970-01-01 (UTC), of the log's time of mail.accepted; the day is the one in the queue id.
CREATE TABLE mail_in (
  day int NOT NULL,
  hour int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL, -- inbound
  direction text COLLATE "C" NOT NULL,
  tls text COLLATE "C" NOT NULL,       -- of the session
  messages bigint NOT NULL,            -- with a recipient that this row counts
  recipients bigint NOT NULL,
  PRIMARY KEY (day, hour, organization, connector, direction, tls)
) WITH (fillfactor = 50);

-- By the recipients' present state.
CREATE TABLE mail_out (
  day int NOT NULL,
  hour int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL, -- outbound
  token text COLLATE "C" NOT NULL,     -- of the last attempt; empty: none yet
  tls text COLLATE "C" NOT NULL,       -- of the last attempt's session
  state text COLLATE "C" NOT NULL,
  recipients bigint NOT NULL,          -- 0: they have gone on to other rows
  PRIMARY KEY (day, hour, organization, connector, token, tls, state)
) WITH (fillfactor = 50);

INSERT INTO mail_in
SELECT r.day, (r.at / 3600000)::int, coalesce(r.organization, ''), coalesce(r.inbound_connector, ''), coalesce(r.direction, ''), m.tls,
  count(DISTINCT r.queue_id), count(*)
FROM recipient r JOIN message m ON m.day = r.day AND m.queue_id = r.queue_id WHERE r.at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO mail_out
SELECT day, (at / 3600000)::int, coalesce(organization, ''), connector, token, tls, state, count(*)
FROM recipient WHERE at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;
