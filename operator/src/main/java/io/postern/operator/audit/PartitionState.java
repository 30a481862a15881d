package io.postern.operator.audit;

/**
 * All that is kept of one home partition: about 100 bytes a recipient with a message of its own.
 * One thread while a look folds; the next look may be another's.
 */
final class PartitionState {
  final int partition;
  final Messages messages = new Messages();
  final Recipients recipients = new Recipients();
  final Items items = new Items();
  final Later later = new Later();
  final Notices notices = new Notices();
  final Dsns dsns = new Dsns();
  final Organizations organizations = new Organizations();
  final Findings findings;

  /** DSNs accepted since the first look, for those who wait for theirs. */
  final IdTable newDsns = new IdTable();

  /** Messages that the topics speak of and that are older than their acceptance is kept. */
  final HashSetOfLongs older = new HashSetOfLongs();

  long leftOut;

  private final long[] uncounted = new long[Uncounted.values().length];

  /** By cause and organization. */
  final Tallies duplicates = new Tallies();

  PartitionState(int partition, int maxAlarms) {
    this.partition = partition;
    this.findings = new Findings(maxAlarms);
  }

  String queueId(int message) {
    return PackedId.text(partition, messages.ids.time(message), messages.ids.random(message));
  }

  /** A recipient's {@link Later}, made where there is none. */
  int later(int recipient) {
    if (recipients.later[recipient] == 0) {
      recipients.later[recipient] = later.add();
    }
    return recipients.later[recipient];
  }

  /** Attempts up to this one are annulled for a recipient, but for their delivered. */
  int annulledThrough(int recipient) {
    return later.annulledThrough(recipients.later[recipient]);
  }

  /** Delivery failed it, and the scheduler's word has not annulled that. */
  boolean failed(int recipient) {
    return recipients.is(recipient, Recipients.FAILED)
        && later.failedBy[recipients.later[recipient]] > annulledThrough(recipient);
  }

  /** Expired or cancelled, and not asked for again since. */
  boolean endedByScheduler(int recipient) {
    int number = recipients.later[recipient];
    return recipients.is(recipient, Recipients.ENDED_BY_SCHEDULER)
        && later.askedFor[number] <= later.ownAttempt[number];
  }

  void count(Uncounted kind) {
    uncounted[kind.ordinal()]++;
  }

  long counted(Uncounted kind) {
    return uncounted[kind.ordinal()];
  }

  void raise(AlarmKind kind, int recipient, String lookedAt) {
    int message = messages.of(recipient);
    findings.raise(kind, queueId(message), recipient - messages.first(message), lookedAt);
  }
}
