package io.postern.log.rules.model;

/** A rule that the model breaks on purpose, and must find. */
enum Mutation {
  /** A Decision counts if its source is beyond the mark, whatever it continues. */
  BARE_HIGH_WATER_MARK(9),
  /** The decider goes on behind a send that failed. */
  DECIDER_BELIEVES_FAILED_SEND(44),
  /** A Decision is finished when its outcome is handed to the producer. */
  POSITION_BEFORE_OUTCOME(2),
  /** A taker reads back without having said in the log that it took the partition. */
  NO_PARTITION_TAKEN(14),
  /** PartitionTaken counts, however old its owner is. */
  OWNER_NOT_COMPARED(17),
  MARKS_NOT_IN_POSITION(1),
  OWNER_NOT_IN_POSITION(23),
  /** After a failed send the same outcomes go to a new producer, without a take. */
  FAILED_BATCH_SENT_AGAIN(3),
  /** Outcomes of any writer count. */
  FORMER_OWNER_BELIEVED(1),
  /** Released with sessions past their check, or with outcomes on their way. */
  RELEASED_TOO_EARLY(9779),
  /** Released by a taker whose own wait is not over. */
  RELEASED_IN_OWN_WAIT(4109),
  NO_WAIT(96),
  /** Time counts before the outcomes of that time are read. */
  WATCH_ENDS_BEFORE_BACKLOG(255),
  /** A retry's dot rests on a commit from before its Decision was read. */
  RETRY_WITHOUT_COMMIT(640),
  /** An outcome behind a "still open" of any owner counts. */
  WATCH_OF_ANY_OWNER(6212),
  /** A watched session needs no lease for its dot. */
  WATCHED_DOT_WITHOUT_LEASE(640),
  /** A late "delivered" leaves nothing that a later outcome would meet. */
  NO_DELIVERED_MARK(43),
  /** A host's dot rests on the check before an earlier host's. */
  SECOND_DOT_WITHOUT_LEASE(16056),
  /** A host whose reply to the dot is missing counts as one that put the message off. */
  NEXT_HOST_WITHOUT_REPLY(29),
  /** A machine that slept has its lease still. */
  MONOTONIC_LEASE(888),
  /** A wall clock that is set forward ends a taker's wait. */
  WAIT_BY_LATER_CLOCK(3114),
  /** The scheduler's states are not final for a reader that folds outcomes. */
  NOTHING_ANNULLED(1900),
  /** Delivery does not ask for a newer routing version. */
  ROUTING_NOT_LOOKED_AT(9),
  /** A retry is decided by a directory older than the promise. */
  DECIDED_BY_OLDER_ROUTING(55185),
  /** Growth commits the positions when all topics have the partition, and ingress may use it. */
  POSITION_AFTER_FIRST_RECORD(16),
  /** Growth begins with what ingress writes, and ingress looks at those topics alone. */
  ACCEPTED_BEFORE_DELIVERIES(16),
  /** A repeated growth takes a topic that has the partition for done. */
  REPEATED_WITHOUT_POSITIONS(28);

  /**
   * The schedule that found it first; where the model changed since, the search goes on from it.
   */
  final long seed;

  Mutation(long seed) {
    this.seed = seed;
  }
}
