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
 * Writes what a step leads to, all to the message's home partition. One for each initialization of
 * a task, with an incarnation of its own for the outcomes' ids. Owner: the partition's task.
 */
final class Writer {
  private final ProcessorContext<byte[], byte[]> context;
  private final SchedulerMetrics metrics;
  private final String incarnation = UUID.randomUUID().toString();
  private long number;

  /** Records that are ready to be written. */
  record Letters(List<Letter> all, int attempts, List<String> notices, List<Count> outcomes) {}

  record Letter(String sink, String key, byte[] value, String organization) {}

  record Count(String kind, int recipients) {}

  Writer(ProcessorContext<byte[], byte[]> context, SchedulerMetrics metrics) {
    this.context = context;
    this.metrics = metrics;
  }

  Outbox outbox(long now) {
    return new Outbox(incarnation, () -> ++number, now);
  }

  Letters letters(Outbox outbox) {
    List<Letter> letters = new ArrayList<>();
    int attempts = 0;
    for (AttemptDue due : outbox.attempts()) {
      attempts += due.getRecipientsCount();
      letters.add(new Letter(SchedulerTopology.TO_DUE, due.getQueueId(), due.toByteArray(), ""));
    }
    List<String> notices = new ArrayList<>();
    for (NoticeRequested notice : outbox.notices()) {
      notices.add(spelled(notice.getKind().name().replace("NOTICE_", "")));
      letters.add(
          new Letter(
              SchedulerTopology.TO_NOTICES,
              notice.getQueueId(),
              notice.toByteArray(),
              notice.getOrganization()));
    }
    List<Count> outcomes = new ArrayList<>();
    for (OutcomeRecorded outcome : outbox.outcomes()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        outcomes.add(
            new Count(
                recipient.getKind() == OutcomeKind.OUTCOME_KIND_UNSPECIFIED
                    ? "answer"
                    : spelled(recipient.getKind().name().replace("_OUTCOME", "")),
                1));
      }
      letters.add(
          new Letter(
              SchedulerTopology.TO_OUTCOMES,
              outcome.getQueueId(),
              outcome.toByteArray(),
              outcome.getOrganization()));
    }
    return new Letters(letters, attempts, notices, outcomes);
  }

  /**
   * @param trace context of the record that it follows from; null: none
   */
  void write(Letters letters, long now, @Nullable Header trace) {
    for (Letter letter : letters.all()) {
      RecordHeaders headers = new RecordHeaders();
      if (letter.sink().equals(SchedulerTopology.TO_OUTCOMES)) {
        headers.add(Headers.WRITER, bytes(Headers.WRITER_SCHEDULER));
      }
      if (!letter.organization().isEmpty()) {
        headers.add(Headers.ORGANIZATION, bytes(letter.organization()));
      }
      if (trace != null) {
        headers.add(trace);
      }
      context.forward(
          new Record<>(bytes(letter.key()), letter.value(), now, headers), letter.sink());
    }
    if (letters.attempts() > 0) {
      metrics.due(letters.attempts());
    }
    letters.notices().forEach(metrics::notice);
    letters.outcomes().forEach(count -> metrics.outcome(count.kind(), count.recipients()));
  }

  private static String spelled(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
