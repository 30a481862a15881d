-- The read model (docs/decisions/0057-the-read-model-is-folded-with-its-positions.md). Times are Unix milliseconds, days are days since
-- 1970-01-01 (UTC). `record` is a topic's record as it was read; the columns beside it are for searching.

-- How far each partition of a topic was read. Written in the transaction of the rows.
CREATE TABLE position (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  next bigint NOT NULL,               -- offset of the first record that was not read
  newest bigint NOT NULL DEFAULT 0,   -- time of the newest record that was read; 0: none
  unreadable bigint NOT NULL DEFAULT 0,
  end_offset bigint NOT NULL DEFAULT 0,
  end_seen bigint NOT NULL DEFAULT 0, -- when the log was asked for its end
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- Records that the log had lost before they were read.
CREATE TABLE gap (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  first bigint NOT NULL,
  behind bigint NOT NULL,             -- offset behind the last one
  found bigint NOT NULL,
  PRIMARY KEY (topic, partition, first)
);

-- The rules of the log: what a reader of a home partition keeps in mind.
CREATE TABLE rule_state (
  partition int PRIMARY KEY,
  accepted_mark bigint NOT NULL,
  due_mark bigint NOT NULL,
  follow bigint NOT NULL,             -- log's time from which on Decisions count
  owner text NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE still_open (
  partition int NOT NULL,
  owner text COLLATE "C" NOT NULL,
  queue_id text COLLATE "C" NOT NULL,
  attempt int NOT NULL,
  recipient int NOT NULL,
  outcome_offset bigint NOT NULL,
  PRIMARY KEY (partition, owner, queue_id, attempt, recipient)
);

CREATE TABLE rebuild (
  id int PRIMARY KEY CHECK (id = 1),
  asked_for bigint NOT NULL,
  by_whom text NOT NULL
);

-- Messages, by the day in their queue id.
CREATE TABLE message (
  day int NOT NULL,
  queue_id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,                 -- the log's time of mail.accepted
  from_address text COLLATE "C" NOT NULL,
  from_domain text COLLATE "C" NOT NULL,
  message_id text COLLATE "C" NOT NULL,
  client_ip inet,
  listener text NOT NULL,
  tls text COLLATE "C" NOT NULL,      -- none, TLSv1.2, TLSv1.3
  cipher text NOT NULL,
  chain bytea,                        -- fingerprint of the client's
  size bigint NOT NULL,
  recipients int NOT NULL,
  cause_queue_id text COLLATE "C" NOT NULL,
  record bytea NOT NULL,              -- MessageAccepted without its header block
  PRIMARY KEY (day, queue_id)
) PARTITION BY RANGE (day);
CREATE INDEX message_at ON message (at, queue_id);
CREATE INDEX message_from ON message (from_address, at);
CREATE INDEX message_from_domain ON message (from_domain, at);
CREATE INDEX message_message_id ON message (message_id) WHERE message_id <> '';
CREATE INDEX message_client ON message (client_ip, at);
CREATE INDEX message_tls ON message (tls, at) WHERE tls <> 'TLSv1.3';

-- The organizations that see a message.
CREATE TABLE message_organization (
  day int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  queue_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (organization, at, queue_id, day)
) PARTITION BY RANGE (day);

-- Recipients, with their state. Columns of the accepted record are null until it is read.
CREATE TABLE recipient (
  day int NOT NULL,
  queue_id text COLLATE "C" NOT NULL,
  recipient int NOT NULL,
  at bigint,
  address text COLLATE "C",
  domain text COLLATE "C",
  direction text COLLATE "C",         -- originating, incoming
  organization text COLLATE "C",      -- whose inbound and outbound connectors decided
  incoming_organization text COLLATE "C", -- of the recipient, where that is another one
  inbound_connector text COLLATE "C",
  incoming_connector text COLLATE "C",
  state text COLLATE "C" NOT NULL,    -- waiting, held, delivered, failed, expired, cancelled
  since bigint NOT NULL,              -- time of the record that says so; 0: of acceptance
  reason text COLLATE "C" NOT NULL,
  token text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL, -- outbound
  route text COLLATE "C" NOT NULL,
  host text COLLATE "C" NOT NULL,
  attempts int NOT NULL,
  due bigint NOT NULL,                -- next attempt, or end of the hold; 0: not known
  tls text COLLATE "C" NOT NULL,      -- none, TLSv1.2, TLSv1.3 of the last attempt; empty: no session
  fold bytea NOT NULL,                -- RecipientMemory
  PRIMARY KEY (day, queue_id, recipient)
) PARTITION BY RANGE (day);
CREATE INDEX recipient_at ON recipient (at, queue_id);
CREATE INDEX recipient_address ON recipient (address, at);
CREATE INDEX recipient_domain ON recipient (domain, at);
CREATE INDEX recipient_inbound ON recipient (inbound_connector, at) WHERE inbound_connector <> '';
CREATE INDEX recipient_incoming ON recipient (incoming_connector, at) WHERE incoming_connector <> '';
CREATE INDEX recipient_connector ON recipient (connector, at) WHERE connector <> '';
CREATE INDEX recipient_reason ON recipient (reason, at) WHERE reason <> '';
CREATE INDEX recipient_token ON recipient (token, at) WHERE token <> '';
CREATE INDEX recipient_state ON recipient (state, at) WHERE state <> 'delivered';

-- What connectors in report-only mode would have done with mail (docs/guides/forced-tls-with-a-partner.md). One row a decision: mail that came in, and its deliveries.
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

-- Every record about a message behind its acceptance.
CREATE TABLE event (
  day int NOT NULL,
  queue_id text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  log_offset bigint NOT NULL,
  at bigint NOT NULL,
  worth text NOT NULL,                -- of a Decision: next, replay, gap, learnt; of an outcome a letter a recipient: c, l, s
  record bytea NOT NULL,
  PRIMARY KEY (day, queue_id, topic, log_offset)
) PARTITION BY RANGE (day);

CREATE TABLE refusal (
  day int NOT NULL,
  partition int NOT NULL,
  log_offset bigint NOT NULL,
  at bigint NOT NULL,
  reference text COLLATE "C" NOT NULL,
  from_address text COLLATE "C" NOT NULL,
  from_domain text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  client_ip inet,
  tls text COLLATE "C" NOT NULL,
  rule text COLLATE "C" NOT NULL,
  code int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  -- What connectors in report-only mode would have done; an empty result: they change nothing.
  reported_organization text COLLATE "C" NOT NULL,
  reported_connector text COLLATE "C" NOT NULL,
  reported_result text COLLATE "C" NOT NULL,
  reported_rule text COLLATE "C" NOT NULL,
  reported_code int NOT NULL,
  record bytea NOT NULL,
  PRIMARY KEY (day, partition, log_offset)
) PARTITION BY RANGE (day);
CREATE INDEX refusal_at ON refusal (at, partition, log_offset);
CREATE INDEX refusal_reference ON refusal (reference);
CREATE INDEX refusal_from ON refusal (from_address, at);
CREATE INDEX refusal_from_domain ON refusal (from_domain, at);
CREATE INDEX refusal_to ON refusal (recipient, at);
CREATE INDEX refusal_to_domain ON refusal (domain, at);
CREATE INDEX refusal_client ON refusal (client_ip, at);
CREATE INDEX refusal_organization ON refusal (organization, at);
CREATE INDEX refusal_connector ON refusal (connector, at) WHERE connector <> '';
CREATE INDEX refusal_rule ON refusal (rule, at);
CREATE INDEX refusal_tls ON refusal (tls, at);
CREATE INDEX refusal_reported_organization ON refusal (reported_organization, at) WHERE reported_result <> '';
CREATE INDEX refusal_reported_connector ON refusal (reported_connector, at) WHERE reported_result <> '';
CREATE INDEX refusal_reported_result ON refusal (reported_result, at) WHERE reported_result <> '';
CREATE INDEX refusal_reported_rule ON refusal (reported_rule, at) WHERE reported_result <> '';

-- Counts, for reports, the overview and the connectors: written in the transaction that changes what they count. A day is the one of the rows
-- that are counted; hours are since 1970-01-01 (UTC), of the log's time.

-- Mail that came in, by whose inbound connector decided. Mail between two organizations here has a row of each.
CREATE TABLE mail_in (
  day int NOT NULL,
  hour int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL, -- inbound
  direction text COLLATE "C" NOT NULL,
  tls text COLLATE "C" NOT NULL,       -- of the session
  sender text COLLATE "C" NOT NULL,    -- of the recipient's organization's row: the organization whose row counts the same mail; else empty
  messages bigint NOT NULL,            -- with a recipient that this row counts
  recipients bigint NOT NULL,
  PRIMARY KEY (day, hour, organization, connector, direction, tls, sender)
) WITH (fillfactor = 50);
CREATE INDEX mail_in_organization ON mail_in (organization, day, hour);

-- Mail that goes out, by the recipients' present state.
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
CREATE INDEX mail_out_organization ON mail_out (organization, day, hour);

-- Senders' domains of mail of own servers. Each has a message at least that is kept.
CREATE TABLE mail_sender (
  day int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL, -- inbound
  domain text COLLATE "C" NOT NULL,
  messages bigint NOT NULL,
  sample text COLLATE "C" NOT NULL,    -- the first queue id
  PRIMARY KEY (day, organization, connector, domain)
) WITH (fillfactor = 50);

-- Refusals that are kept, by what is ours alone: a stranger makes no key.
CREATE TABLE mail_refused (
  day int NOT NULL,
  hour int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL,
  rule text COLLATE "C" NOT NULL,
  refusals bigint NOT NULL,
  PRIMARY KEY (day, hour, organization, connector, rule)
) WITH (fillfactor = 50);
CREATE INDEX mail_refused_organization ON mail_refused (organization, day, hour);

-- Verdicts about chains, each as often as it was made.
CREATE TABLE verdict (
  day int NOT NULL,
  verdict_key bytea NOT NULL,
  judged bigint NOT NULL,
  result text NOT NULL,               -- good, bad/reason, unknown/reason
  valid_until bigint NOT NULL,
  record bytea NOT NULL,              -- CertificateVerdict
  PRIMARY KEY (day, verdict_key, judged)
) PARTITION BY RANGE (day);

-- What strangers may fill has a bound a day, by partition of its topic and by its owner.
CREATE TABLE day_bound (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  day int NOT NULL,
  organization text COLLATE "C" NOT NULL,
  kept bigint NOT NULL,
  left_out bigint NOT NULL,
  last_offset bigint NOT NULL,
  PRIMARY KEY (topic, partition, day, organization)
);

-- Controls by people. One of a whole route is in each partition.
CREATE TABLE control (
  control_id text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  queue_id text COLLATE "C" NOT NULL, -- empty: of a route
  at bigint NOT NULL,
  record bytea NOT NULL,
  PRIMARY KEY (control_id, partition)
);
CREATE INDEX control_queue_id ON control (queue_id, at);
CREATE INDEX control_at ON control (at);

-- The last state of each route at each replica of delivery-service.
CREATE TABLE route (
  route text COLLATE "C" NOT NULL,
  replica text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  record bytea NOT NULL,
  PRIMARY KEY (route, replica)
);
CREATE INDEX route_at ON route (at);

-- The directory as it is, the changes that made it, and the versions of the default anchors.
CREATE TABLE directory_object (
  object_key text COLLATE "C" PRIMARY KEY,
  removed boolean NOT NULL,
  version bigint NOT NULL,
  record bytea NOT NULL
);
CREATE TABLE directory_change (
  command_id text COLLATE "C" PRIMARY KEY,
  at bigint NOT NULL,
  actor text NOT NULL,
  organizations text NOT NULL,        -- ' one two ', with a space before and behind each
  version bigint NOT NULL,
  record bytea NOT NULL
);
CREATE INDEX directory_change_at ON directory_change (at);
CREATE TABLE anchors (
  version text COLLATE "C" PRIMARY KEY,
  at bigint NOT NULL,
  record bytea NOT NULL
);
