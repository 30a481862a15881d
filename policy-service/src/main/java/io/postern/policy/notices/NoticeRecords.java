package io.postern.policy.notices;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Spelling;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.LogUnavailableException;
import io.postern.log.reading.RecordReader;
import io.postern.policy.MailBudget;
import io.postern.policy.notices.NoticeMetrics.Silence;
import io.postern.rules.Directory;
import io.postern.rules.WhoseSender;
import io.postern.smtp.Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The step from one record of {@code mail.notices} to the DSNs that follow from it, or to the
 * record with the reason of their absence, all for the message's home partition. Owner: the notice
 * writer's thread.
 *
 * <p>A notice that cannot be read, and a bug here, leads to a line in the error log and no DSN: it
 * blocks no other notice. An outage while the message is read back is a KafkaException, and the
 * record comes again.
 */
final class NoticeRecords {
  private static final Logger LOG = Logger.getLogger(NoticeRecords.class);
  // The producer's bound for one record, with room for headers.
  private static final int MAX_RECORD_BYTES = 1_000_000;

  private final RecordReader accepted;
  private final RecordReader outcomes;
  private final DsnTexts texts;
  private final MailBudget budget;
  private final Optional<String> hostName;
  private final NoticeMetrics metrics;
  private final String incarnation = UUID.randomUUID().toString();
  private long number;

  NoticeRecords(
      RecordReader accepted,
      RecordReader outcomes,
      DsnTexts texts,
      MailBudget budget,
      Optional<String> hostName,
      NoticeMetrics metrics) {
    this.accepted = accepted;
    this.outcomes = outcomes;
    this.texts = texts;
    this.budget = budget;
    this.hostName = hostName;
    this.metrics = metrics;
  }

  /**
   * @param directory in force, by which senders are proved
   */
  List<PendingRecord> of(ConsumerRecord<String, byte[]> record, Directory directory)
      throws LogUnavailableException {
    try {
      return written(record, directory);
    } catch (UnreadableNoticeException e) {
      logUnreadable(record, e.getMessage(), null);
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      logUnreadable(record, e.getClass().getSimpleName(), e);
    }
    return List.of();
  }

  private void logUnreadable(
      ConsumerRecord<String, byte[]> record, @Nullable String why, @Nullable Exception fault) {
    metrics.suppressed(Silence.UNREADABLE, 1);
    LOG.errorf(
        fault,
        "%s-%d offset %d: no delivery status notification can be written: %s",
        record.topic(),
        record.partition(),
        record.offset(),
        why);
  }

  private List<PendingRecord> written(ConsumerRecord<String, byte[]> record, Directory directory)
      throws UnreadableNoticeException, LogUnavailableException {
    NoticeRequested notice = notice(record);
    if (notice.getKind() == NoticeKind.KEEP_CONTENT) {
      return List.of(); // delivery-service's
    }
    Action action = Action.of(notice.getKind());
    if (action == null) {
      throw new UnreadableNoticeException("its kind is not known to this version");
    }
    QueueId home = home(record, notice);
    MessageAccepted original = original(home, notice);
    String sender = original.getEnvelope().getReversePath();
    if (sender.isEmpty()) {
      metrics.suppressed(Silence.NULL_REVERSE_PATH, notice.getRecipientsCount());
      return List.of();
    }
    String domain;
    try {
      domain = Address.parse(sender).asciiDomain().toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new UnreadableNoticeException("the sender's address cannot be read");
    }
    List<RecipientOutcome> wanted = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (RecipientOutcome recipient : notice.getRecipientsList()) {
      if (!seen.add(recipient.getRecipient())) {
        continue;
      }
      if (action.wanted(
          original.getEnvelope().getRecipients(recipient.getRecipient()).getNotifyList())) {
        wanted.add(recipient);
      } else {
        metrics.suppressed(Silence.NOT_ASKED, 1);
      }
    }
    if (wanted.isEmpty()) {
      return List.of();
    }
    OutcomeRecorded outcome = outcome(home, notice);
    Reports reports = new Reports(action, notice, original, outcome, hostName);
    boolean proved = isProved(directory, original, domain);
    List<PendingRecord> records = new ArrayList<>();
    for (Report report : reports.of(wanted, home.partition())) {
      if (proved || budget.take(report.queueId().value(), domain)) {
        records.add(dsn(record, report));
        metrics.written(action, report.recipients().size());
      } else {
        records.add(silence(record, notice, report, outcome.getAttempt()));
        metrics.suppressed(Silence.OVER_BUDGET, report.recipients().size());
      }
    }
    return records;
  }

  /** Whether the session has proved the sender to one of the organizations. */
  private static boolean isProved(Directory directory, MessageAccepted original, String domain) {
    return original.getGroupsList().stream()
        .anyMatch(group -> WhoseSender.isProved(directory, group, domain));
  }

  /** The record of mail.schedule.outcomes with the reason why there is no DSN. */
  private PendingRecord silence(
      ConsumerRecord<String, byte[]> cause, NoticeRequested notice, Report report, int attempt) {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setId(OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(++number))
            .setWriter(OutcomeWriter.WRITER_NOTICES)
            .setQueueId(notice.getQueueId())
            .setAttempt(attempt)
            .setOrganization(report.organization())
            .setAcceptedOffset(notice.getAcceptedOffset())
            .setAcceptedMillis(report.original().getAcceptedMillis())
            .setAtMillis(System.currentTimeMillis());
    for (ReportedRecipient recipient : report.recipients()) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(recipient.index())
              .setKind(OutcomeKind.NOT_NOTIFIED)
              .setReason(Spelling.hyphens(Silence.OVER_BUDGET))
              .setDetail(
                  "the sender was not authenticated, and the hourly limit of notifications to such "
                      + "senders is reached"));
    }
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            Topics.MAIL_SCHEDULE_OUTCOMES,
            cause.partition(),
            notice.getQueueId(),
            outcome.build().toByteArray());
    record.headers().add(Headers.WRITER, utf8(Headers.WRITER_NOTICES));
    headers(record, cause, report.organization());
    return new PendingRecord(record.value().length, () -> record);
  }

  private static NoticeRequested notice(ConsumerRecord<String, byte[]> record)
      throws UnreadableNoticeException {
    if (record.value() == null) {
      throw new UnreadableNoticeException("it has no value");
    }
    try {
      return NoticeRequested.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableNoticeException("its bytes cannot be read");
    }
  }

  private static QueueId home(ConsumerRecord<String, byte[]> record, NoticeRequested notice)
      throws UnreadableNoticeException {
    try {
      QueueId id = QueueId.parse(notice.getQueueId());
      if (id.partition() == record.partition()
          && !notice.getNoticeId().isEmpty()
          && notice.getAcceptedOffset() >= 0) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      LOG.debugf(e, "no queue id");
    }
    throw new UnreadableNoticeException("its ids do not match its position in Kafka");
  }

  private MessageAccepted original(QueueId home, NoticeRequested notice)
      throws UnreadableNoticeException {
    ConsumerRecord<String, byte[]> envelope =
        accepted
            .read(home.partition(), notice.getAcceptedOffset())
            .orElseThrow(() -> new UnreadableNoticeException("the accepted message is gone"));
    MessageAccepted original;
    try {
      original = MessageAccepted.parseFrom(envelope.value());
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableNoticeException("the accepted message cannot be read");
    }
    int all = original.getEnvelope().getRecipientsCount();
    if (!original.getQueueId().equals(notice.getQueueId())
        || notice.getRecipientsList().stream()
            .anyMatch(r -> r.getRecipient() < 0 || r.getRecipient() >= all)) {
      throw new UnreadableNoticeException("it does not fit the accepted message");
    }
    return original.toBuilder()
        .clearContent()
        .addAllContent(AcceptedContent.of(original, notice.getAcceptedOffset()))
        .build();
  }

  /**
   * The last attempt's outcome; the scheduler names only one that counts, never a former owner's.
   * Without it a DSN says less, and is written nevertheless.
   */
  private OutcomeRecorded outcome(QueueId home, NoticeRequested notice) {
    if (notice.getOutcomeOffset() < 0) {
      return OutcomeRecorded.getDefaultInstance();
    }
    Optional<ConsumerRecord<String, byte[]>> record =
        outcomes.read(home.partition(), notice.getOutcomeOffset());
    if (record.isPresent() && record.get().value() != null) {
      try {
        OutcomeRecorded outcome = OutcomeRecorded.parseFrom(record.get().value());
        if (outcome.getQueueId().equals(notice.getQueueId())) {
          return outcome;
        }
      } catch (InvalidProtocolBufferException e) {
        LOG.debugf(e, "no outcome");
      }
    }
    LOG.debugf("no outcome of %s at offset %d", notice.getQueueId(), notice.getOutcomeOffset());
    return OutcomeRecorded.getDefaultInstance();
  }

  private PendingRecord dsn(ConsumerRecord<String, byte[]> cause, Report report)
      throws UnreadableNoticeException, LogUnavailableException {
    MessageAccepted dsn = Dsn.of(report, System.currentTimeMillis());
    int bytes = dsn.getSerializedSize();
    boolean byReference = dsn.getContentCount() == 1;
    int recorded = byReference ? dsn.toBuilder().clearContent().build().getSerializedSize() : bytes;
    if (recorded > MAX_RECORD_BYTES) {
      throw new UnreadableNoticeException("the notification has " + recorded + " bytes");
    }
    DsnTexts.DurableDsn durable = texts.send(report.queueId(), dsn);
    return new PendingRecord(
        bytes,
        () -> {
          MessageAccepted written = durable.await();
          ProducerRecord<String, byte[]> record =
              new ProducerRecord<>(
                  Topics.MAIL_ACCEPTED,
                  cause.partition(),
                  written.getQueueId(),
                  written.toByteArray());
          headers(record, cause, report.organization());
          if (AcceptedContent.isSealed(written.getContentList())) {
            record
                .headers()
                .add(Headers.LEVEL, ContractLevel.header(ContractLevel.SEALED_CONTENTS));
          }
          return record;
        });
  }

  private static void headers(
      ProducerRecord<String, byte[]> record,
      ConsumerRecord<String, byte[]> cause,
      String organization) {
    if (!organization.isEmpty()) {
      record.headers().add(Headers.ORGANIZATION, utf8(organization));
    }
    Header trace = cause.headers().lastHeader(Headers.TRACEPARENT);
    if (trace != null) {
      record.headers().add(trace);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
