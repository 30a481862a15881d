package io.postern.log.rules.model;

/** A rule that is broken on purpose, in what the model makes of it: the model must find each. */
enum Mutation {
  /** A Decision counts if its source is beyond the mark, whatever it continues. */
  BARE_HIGH_WATER_MARK(30),
  /** The decider goes on behind a send that failed. */
  DECIDER_BELIEVES_FAILED_SEND(38),
  /** A Decision is finished when its outcome is handed to the producer. */
  POSITION_BEFORE_OUTCOME(3),
  /** A taker reads back without having said in the log that it took the partition. */
  NO_PARTITION_TAKEN(1),
  /** PartitionTaken counts, however old its owner is. */
  OWNER_NOT_COMPARED(200),
  MARKS_NOT_IN_POSITION(2),
  OWNER_NOT_IN_POSITION(10),
  /** After a failed send the same outcomes go to a new producer, without a take. */
  FAILED_BATCH_SENT_AGAIN(14),
  /** Outcomes count, whoever wrote them. */
  FORMER_OWNER_BELIEVED(2),
  /** Released with sessions past their check, or with outcomes on their way. */
  RELEASED_TOO_EARLY(1251),
  /** Released by a taker whose own wait is not over. */
  RELEASED_IN_OWN_WAIT(3889),
  NO_WAIT(13),
  /** What time brings does not wait for what was said. */
  WATCH_ENDS_BEFORE_BACKLOG(155),
  /** A retry's dot rests on a commit from before its Decision was read. */
  RETRY_WITHOUT_COMMIT(673),
  /** What follows a "still open" counts, whoever wrote that one. */
  WATCH_OF_ANY_OWNER(2740),
  /** A watched session needs no lease for its dot. */
  WATCHED_DOT_WITHOUT_LEASE(13),
  /** A late "delivered" leaves nothing that a later outcome would meet. */
  NO_DELIVERED_MARK(15),
  /** A machine that slept has its lease still. */
  MONOTONIC_LEASE(4722),
  /** A wall clock that is set forward ends a taker's wait. */
  WAIT_BY_LATER_CLOCK(239),
  /** The scheduler's word is not the last for whoever folds outcomes. */
  NOTHING_ANNULLED(298),
  /** Delivery does not ask for a newer routing version. */
  ROUTING_NOT_LOOKED_AT(6),
  /** What was handed back without an attempt replaces what was promised before. */
  HAND_BACK_LOWERS_PROMISE(7899);

  /**
   * The schedule that found it first; where the model changed since, the search goes on from it.
   */
  final long seed;

  Mutation(long seed) {
    this.seed = seed;
  }
}
