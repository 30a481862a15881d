-- What connectors in report-only mode would have done with mail (docs/report-only.md), and the version of TLS of deliveries. Days that were
-- read before have neither until a rebuild; a writer of the version before goes on beside these tables, and leaves the new columns as they are.

-- An index of refusals reads all days, for longer than a connection may otherwise take. A reader or writer that has a table is waited for 5 s.
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = '5s';

-- none, TLSv1.2, TLSv1.3 of the last attempt; empty: no session, or not read yet. First, since a writer takes the tables in this order.
ALTER TABLE recipient ADD COLUMN tls text COLLATE "C" NOT NULL DEFAULT '';

-- One row a decision: mail that came in, and its deliveries. The next writer makes the partitions of the days that are there.
CREATE TABLE reported (
  day int NOT NULL,                   -- in the queue id
  queue_id text COLLATE "C" NOT NULL,
  recipient int NOT NULL,
  leg text COLLATE "C" NOT NULL,      -- in: of the sender's organization, incoming: of the recipient's, out: of the last delivery that was judged
  at bigint,                          -- the log's time of mail.accepted; null until that is read
  organization text COLLATE "C" NOT NULL, -- whose connector it is, and who sees it
  connector text COLLATE "C" NOT NULL,
  result text COLLATE "C" NOT NULL,   -- accepted, refused, met, missed, unknown
  rule text COLLATE "C" NOT NULL,     -- that would have refused; of a requirement the reason for which it is missed
  code int NOT NULL,                  -- of the reply; 0: none
  PRIMARY KEY (day, queue_id, recipient, leg)
) PARTITION BY RANGE (day);
CREATE INDEX reported_day ON reported (((at / 86400000)::int));
CREATE INDEX reported_organization ON reported (organization, at);
CREATE INDEX reported_connector ON reported (connector, at);
CREATE INDEX reported_result ON reported (result, at);
CREATE INDEX reported_rule ON reported (rule, at);

ALTER TABLE refusal ADD COLUMN reported_organization text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE refusal ADD COLUMN reported_connector text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE refusal ADD COLUMN reported_result text COLLATE "C" NOT NULL DEFAULT ''; -- empty: connectors in report-only mode change nothing
ALTER TABLE refusal ADD COLUMN reported_rule text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE refusal ADD COLUMN reported_code int NOT NULL DEFAULT 0;
CREATE INDEX refusal_reported_organization ON refusal (reported_organization, at) WHERE reported_result <> '';
CREATE INDEX refusal_reported_connector ON refusal (reported_connector, at) WHERE reported_result <> '';
CREATE INDEX refusal_reported_result ON refusal (reported_result, at) WHERE reported_result <> '';
CREATE INDEX refusal_reported_rule ON refusal (reported_rule, at) WHERE reported_result <> '';
