package io.postern.policy.scheduler;

import io.postern.contracts.Headers;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * The writer of the records that a step leads to, all to the message's home partition. One for each
 * initialization of a task, with an incarnation of its own for the outcomes' ids. Owner: the
 * partition's task.
 */
final class Writer {
  private final ProcessorContext<byte[], byte[]> context;
  private final SchedulerMetrics metrics;
  private final String incarnation = UUID.randomUUID().toString();
  private long number;

  /**
   * The records of a step, ready to be sent.
   *
   * @param counts the metrics' increments for when they are sent
   */
  record Batch(List<KeyedRecord> records, List<Runnable> counts) {}

  record KeyedRecord(String sink, String key, byte[] value, String organization) {}

  Writer(ProcessorContext<byte[], byte[]> context, SchedulerMetrics metrics) {
    this.context = context;
    this.metrics = metrics;
  }

  Outbox outbox(long now) {
    return new Outbox(incarnation, () -> ++number, now);
  }

  Batch batch(Outbox outbox) {
    List<KeyedRecord> records = new ArrayList<>();
    List<Runnable> counts = new ArrayList<>();
    for (AttemptDue due : outbox.attempts()) {
      counts.add(() -> metrics.due(due.getRecipientsCount()));
      records.add(
          new KeyedRecord(SchedulerTopology.TO_DUE, due.getQueueId(), due.toByteArray(), ""));
    }
    for (NoticeRequested notice : outbox.notices()) {
      counts.add(() -> metrics.notice(spelled(notice.getKind().name().replace("NOTICE_", ""))));
      records.add(
          new KeyedRecord(
              SchedulerTopology.TO_NOTICES,
              notice.getQueueId(),
              notice.toByteArray(),
              notice.getOrganization()));
    }
    for (OutcomeRecorded outcome : outbox.outcomes()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        counts.add(() -> metrics.outcome(change(recipient.getKind())));
      }
      records.add(
          new KeyedRecord(
              SchedulerTopology.TO_OUTCOMES,
              outcome.getQueueId(),
              outcome.toByteArray(),
              outcome.getOrganization()));
    }
    return new Batch(records, counts);
  }

  private static String change(OutcomeKind kind) {
    return kind == OutcomeKind.OUTCOME_KIND_UNSPECIFIED
        ? "answer"
        : spelled(kind.name().replace("_OUTCOME", ""));
  }

  /**
   * @param trace context of the record that it follows from; null: none
   */
  void write(Batch batch, long now, @Nullable Header trace) {
    for (KeyedRecord each : batch.records()) {
      RecordHeaders headers = new RecordHeaders();
      if (each.sink().equals(SchedulerTopology.TO_OUTCOMES)) {
        headers.add(Headers.WRITER, bytes(Headers.WRITER_SCHEDULER));
      }
      if (!each.organization().isEmpty()) {
        headers.add(Headers.ORGANIZATION, bytes(each.organization()));
      }
      if (trace != null) {
        headers.add(trace);
      }
      context.forward(new Record<>(bytes(each.key()), each.value(), now, headers), each.sink());
    }
    batch.counts().forEach(Runnable::run);
  }

  private static String spelled(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
