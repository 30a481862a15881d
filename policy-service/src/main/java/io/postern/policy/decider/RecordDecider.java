package io.postern.policy.decider;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.reading.RecordReader;
import io.postern.rules.Directory;
import io.postern.smtp.srs.SenderRewriting;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The step from one record of {@code mail.accepted} or {@code mail.due} to the one Decision about
 * it. Owner: the decider's thread.
 *
 * <p>A record that cannot be decided twice in a row holds its recipients (undecidable), as far as
 * they can be known, and has a line in the error log. An outage while an envelope is read back is a
 * KafkaException, and the record comes again.
 */
final class RecordDecider {
  private static final Logger LOG = Logger.getLogger(RecordDecider.class);

  private final RecordReader accepted;
  private final DecisionOutcomes outcomes = new DecisionOutcomes();
  private final MessageDecider messages;
  private final DeciderMetrics metrics;

  RecordDecider(
      RecordReader accepted,
      Supplier<Optional<SenderRewriting>> rewriting,
      DeciderMetrics metrics) {
    this.accepted = accepted;
    this.messages = new MessageDecider(outcomes, rewriting);
    this.metrics = metrics;
  }

  /** Our directory is older than the one of the last attempt's Decision. */
  static final class OlderDirectory extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The Decision, without its place in the chain.
   *
   * @throws OlderDirectory when it must be decided later: it could promise less than the last
   *     attempt did, without a change by an administrator (G3)
   */
  Decision.Builder decide(ConsumerRecord<String, byte[]> record, Directory directory) {
    try {
      return decideOnce(record, directory);
    } catch (UndecidableException first) {
      LOG.debugf(first, "tried once more");
    }
    try {
      return decideOnce(record, directory);
    } catch (UndecidableException e) {
      LOG.errorf(
          "%s-%d offset %d (%s) cannot be decided and is held: %s",
          record.topic(), record.partition(), record.offset(), printable(record.key()), e.why());
      metrics.undecidable();
      String queueId = isHome(record) ? String.valueOf(record.key()) : "";
      Decision.Builder decision = Decision.newBuilder().setQueueId(queueId).setAttempt(e.attempt());
      if (queueId.isEmpty()) {
        return decision; // without its message: the audit finds that in no place
      }
      OutcomeRecorded outcome =
          outcomes.undecidable(queueId, e.attempt(), e.organization(), e.recipients(), e.why());
      if (outcome.getSerializedSize() > DecisionLog.MAX_RECORD_BYTES) {
        // It must be written, or the partition stands still; the source names the recipients.
        outcome = outcomes.undecidable(queueId, e.attempt(), e.organization(), List.of(), e.why());
      }
      return decision.addOutcomes(placed(record, outcome));
    }
  }

  /** The record of a Decision. */
  ProducerRecord<String, byte[]> written(ConsumerRecord<String, byte[]> cause, Decision decision) {
    String key = decision.getQueueId().isEmpty() ? null : decision.getQueueId();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            Topics.MAIL_DELIVERIES, cause.partition(), key, decision.toByteArray());
    Header trace = cause.headers().lastHeader(Headers.TRACEPARENT);
    if (trace != null) {
      record.headers().add(trace);
    }
    if (decision.getDeliveriesList().stream()
        .anyMatch(delivery -> AcceptedContent.isSealed(delivery.getContentList()))) {
      record.headers().add(Headers.LEVEL, ContractLevel.header(ContractLevel.SEALED_CONTENTS));
    }
    return record;
  }

  // Of a later attempt the scheduler knows these itself.
  private static OutcomeRecorded placed(
      ConsumerRecord<String, byte[]> record, OutcomeRecorded outcome) {
    return record.topic().equals(Topics.MAIL_ACCEPTED)
        ? outcome.toBuilder()
            .setAcceptedOffset(record.offset())
            .setAcceptedMillis(record.timestamp())
            .build()
        : outcome;
  }

  private Decision.Builder decideOnce(ConsumerRecord<String, byte[]> record, Directory directory)
      throws UndecidableException {
    if (record.value() == null) {
      throw new UndecidableException("it has no value", 0, "", List.of());
    }
    DecisionInput attempt =
        record.topic().equals(Topics.MAIL_DUE) ? due(record, directory) : first(record);
    try {
      Decision.Builder decision = messages.decide(directory, attempt);
      int bytes = decision.build().getSerializedSize();
      if (bytes > DecisionLog.MAX_RECORD_BYTES) {
        throw undecidable("its Decision has " + bytes + " bytes", attempt);
      }
      metrics.decided(decision);
      return decision;
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s-%d offset %d", record.topic(), record.partition(), record.offset());
      throw undecidable("the rules failed: " + e.getClass().getSimpleName(), attempt);
    }
  }

  private DecisionInput first(ConsumerRecord<String, byte[]> record) throws UndecidableException {
    MessageAccepted message;
    try {
      message = MessageAccepted.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      MessageAccepted known =
          e.getUnfinishedMessage() instanceof MessageAccepted some
              ? some
              : MessageAccepted.getDefaultInstance();
      throw new UndecidableException(
          "its bytes cannot be read", 1, organization(known), all(known));
    }
    return DecisionInput.first(
        home(record, message.getQueueId(), 1, organization(message), all(message)),
        message,
        record);
  }

  private DecisionInput due(ConsumerRecord<String, byte[]> record, Directory directory)
      throws UndecidableException {
    AttemptDue due;
    try {
      due = AttemptDue.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw new UndecidableException("its bytes cannot be read", 0, "", List.of());
    }
    List<Integer> recipients = due.getRecipientsList();
    int number = due.getAttempt();
    QueueId queueId = home(record, due.getQueueId(), number, "", recipients);
    if (due.getAcceptedOffset() < 0) {
      throw new UndecidableException("it names no accepted message", number, "", recipients);
    }
    if (directory.version() < due.getRoutingVersion()) {
      throw new OlderDirectory();
    }
    ConsumerRecord<String, byte[]> envelope =
        accepted
            .read(record.partition(), due.getAcceptedOffset())
            .orElseThrow(
                () ->
                    new UndecidableException(
                        "the accepted message is gone", number, "", recipients));
    try {
      MessageAccepted message = MessageAccepted.parseFrom(envelope.value());
      int all = message.getEnvelope().getRecipientsCount();
      if (!message.getQueueId().equals(due.getQueueId())
          || number < 2
          || recipients.stream().anyMatch(r -> r < 0 || r >= all)) {
        throw new UndecidableException(
            "it does not fit the accepted message", number, "", recipients);
      }
      return DecisionInput.later(queueId, message, envelope, due);
    } catch (InvalidProtocolBufferException e) {
      throw new UndecidableException("the accepted message cannot be read", number, "", recipients);
    }
  }

  private static QueueId home(
      ConsumerRecord<String, byte[]> record,
      String queueId,
      int attempt,
      String organization,
      List<Integer> recipients)
      throws UndecidableException {
    try {
      QueueId id = QueueId.parse(queueId);
      if (id.partition() == record.partition() && queueId.equals(record.key())) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      LOG.debugf(e, "no queue id");
    }
    throw new UndecidableException(
        "its queue id does not match its position in Kafka", attempt, organization, recipients);
  }

  private static UndecidableException undecidable(String why, DecisionInput attempt) {
    return new UndecidableException(
        why, attempt.number(), organization(attempt.message()), attempt.recipients());
  }

  // An outcome names one organization: where there are several, none.
  private static String organization(MessageAccepted message) {
    List<String> all =
        message.getGroupsList().stream().map(g -> g.getOrganization()).distinct().toList();
    return all.size() == 1 ? all.getFirst() : "";
  }

  private static List<Integer> all(MessageAccepted message) {
    return IntStream.range(0, message.getEnvelope().getRecipientsCount()).boxed().toList();
  }

  private static boolean isHome(ConsumerRecord<String, byte[]> record) {
    try {
      return record.key() != null && QueueId.parse(record.key()).partition() == record.partition();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String printable(@Nullable String key) {
    return key == null
        ? "no key"
        : key.replaceAll("[^0-9a-z/]", "?").substring(0, Math.min(key.length(), 40));
  }
}
