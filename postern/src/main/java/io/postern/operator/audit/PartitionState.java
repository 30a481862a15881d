package io.postern.operator.audit;

import java.io.IOException;

/**
 * State of one home partition: about 100 bytes a recipient with a message of its own. One thread
 * while a look folds; the next look may be another's.
 */
final class PartitionState {
  final int partition;
  final Messages messages = new Messages();
  final Recipients recipients = new Recipients();
  final Items items = new Items();
  final Retries retries = new Retries();
  final Notices notices = new Notices();
  final Dsns dsns = new Dsns();
  final Organizations organizations = new Organizations();
  final Findings findings;

  /** DSNs accepted since the first look, for recipients that lack theirs. */
  final IdTable newDsns = new IdTable();

  /** Messages that the topics speak of and that are older than their acceptance is kept. */
  final IdTable older = new IdTable();

  long leftOut;

  private final long[] uncounted = new long[UncountedRecord.values().length];

  /** By cause and organization. */
  final Tallies duplicates = new Tallies();

  PartitionState(int partition, int maxAlarms) {
    this.partition = partition;
    this.findings = new Findings(maxAlarms);
  }

  String queueId(int message) {
    return messages.ids.text(partition, message);
  }

  /** The number of a recipient of a message, by its index into the envelope. */
  int recipient(int message, int index) throws IOException {
    if (index < 0 || index >= messages.recipients(message)) {
      throw new IOException("it names a recipient that the envelope does not have");
    }
    return messages.first(message) + index;
  }

  /** A recipient's {@link Retries}, made where there is none. */
  int retry(int recipient) {
    if (recipients.retry[recipient] == 0) {
      recipients.retry[recipient] = retries.add();
    }
    return recipients.retry[recipient];
  }

  /** Attempts up to this one are annulled for a recipient, but for their delivered. */
  int annulledThrough(int recipient) {
    return retries.annulledThrough(recipients.retry[recipient]);
  }

  /** Delivery failed it, and the scheduler's word has not annulled that. */
  boolean failed(int recipient) {
    return recipients.is(recipient, Recipients.FAILED)
        && retries.failedBy[recipients.retry[recipient]] > annulledThrough(recipient);
  }

  /** Expired or cancelled, and not asked for again since. */
  boolean endedByScheduler(int recipient) {
    int number = recipients.retry[recipient];
    return recipients.is(recipient, Recipients.ENDED_BY_SCHEDULER)
        && retries.askedFor[number] <= retries.ownAttempt[number];
  }

  void count(UncountedRecord kind) {
    uncounted[kind.ordinal()]++;
  }

  long counted(UncountedRecord kind) {
    return uncounted[kind.ordinal()];
  }

  void raise(AlarmKind kind, int recipient, String lookedAt) {
    int message = messages.of(recipient);
    findings.raise(kind, queueId(message), recipient - messages.first(message), lookedAt);
  }
}
