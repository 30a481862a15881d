package io.postern.console.fold;

import io.postern.console.store.Days;
import io.postern.console.store.Rows;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.SessionFacts;
import io.postern.log.rules.LearningChain;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.RecipientFold;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records about mail, as rows (docs/design/the-log.md): which of them count is said by the rules of
 * their home partition; those that count for nothing are kept too, marked. Owner: one thread; each
 * topic of a partition in its order.
 */
final class MailRecords {
  /** The day of a message is not kept. */
  static final class OldMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    OldMessageException() {
      super("", null, false, false);
    }
  }

  /** Says whether rows of the day are kept, and makes its partitions. */
  interface DayCheck {
    boolean keeps(int day) throws SQLException;
  }

  private final RuleStates rules;
  private final Recipients recipients;
  private final ReportedRows reported;
  private final Traffic traffic;
  private final SenderCounts senders;
  private final DayCheck days;
  private final Lives lives = new Lives();
  private final Rows organizations =
      new Rows(
          "message_organization",
          "day int, organization text, at bigint, queue_id text",
          "ON CONFLICT DO NOTHING");
  private final Rows controls =
      new Rows(
          "control",
          "control_id text, partition int, queue_id text, at bigint, record bytea",
          "ON CONFLICT DO NOTHING");

  MailRecords(RuleStates rules, DayCheck days) {
    this.rules = rules;
    this.reported = new ReportedRows();
    this.traffic = new Traffic();
    this.senders = new SenderCounts();
    this.recipients = new Recipients(reported, traffic, senders);
    this.days = days;
  }

  /**
   * @throws IOException octets that are no message of protobuf
   * @throws IllegalArgumentException a record that is none of its topic
   */
  void read(ConsumerRecord<String, byte @Nullable []> read)
      throws IOException, OldMessageException, SQLException {
    byte[] value = read.value();
    if (value == null) {
      if (read.topic().equals(Topics.SCHEDULE)) {
        entry(read.key(), null);
      }
      return;
    }
    switch (read.topic()) {
      case Topics.MAIL_ACCEPTED ->
          accepted(MessageAccepted.parseFrom(value), read.timestamp(), value);
      case Topics.MAIL_DELIVERIES -> decision(Decision.parseFrom(value), read, value);
      case Topics.MAIL_OUTCOMES -> outcome(OutcomeRecorded.parseFrom(value), read, value);
      case Topics.MAIL_SCHEDULE_OUTCOMES -> own(OutcomeRecorded.parseFrom(value), read, value);
      case Topics.MAIL_DUE -> due(AttemptDue.parseFrom(value), read, value);
      case Topics.MAIL_NOTICES -> event(read.key(), read, "", value);
      case Topics.MAIL_CONTROLS -> control(MessageControl.parseFrom(value), read, value);
      case Topics.SCHEDULE -> entry(read.key(), ScheduleEntry.parseFrom(value));
      default -> throw new IllegalArgumentException(read.topic() + " is not a topic of mail");
    }
  }

  private void accepted(MessageAccepted message, long at, byte[] value)
      throws OldMessageException, SQLException, IOException {
    String queueId = message.getQueueId();
    int day = day(queueId);
    SessionFacts session = message.getSession();
    String from = message.getEnvelope().getReversePath();
    List<String> names = session.getTlsFacts().getPeerNamesList();
    lives.accepted(
        queueId,
        at,
        WithoutContent.accepted(value),
        day,
        queueId,
        at,
        Texts.address(from),
        Texts.domain(from),
        Texts.column(message.getMessageId()),
        Texts.ip(session.getClientIp()),
        Texts.column(session.getListener()),
        Texts.tls(session),
        Texts.column(session.getTlsFacts().getCipherSuite()),
        message.getSize(),
        message.getEnvelope().getRecipientsCount(),
        message.getCauseQueueId(),
        names.isEmpty() ? null : Texts.whole(String.join(" ", names)));
    Set<String> seeing = new TreeSet<>();
    for (RecipientGroup group : message.getGroupsList()) {
      seeing.add(group.getOrganization());
      if (group.hasIncoming()) {
        seeing.add(group.getIncoming().getOrganization());
      }
      accepted(message, group, day, at);
      reported.accepted(day, queueId, at, group);
    }
    seeing.forEach(organization -> organizations.add(day, organization, at, queueId));
  }

  private void accepted(MessageAccepted message, RecipientGroup group, int day, long at) {
    for (int index : group.getRecipientsList()) {
      EnvelopeRecipient recipient = message.getEnvelope().getRecipients(index);
      RecipientState.Accepted facts =
          new RecipientState.Accepted(
              at,
              Texts.address(recipient.getAddress()),
              Texts.domain(recipient.getAddress()),
              group.getDirection().name().toLowerCase(Locale.ROOT),
              group.getOrganization(),
              group.hasIncoming() ? group.getIncoming().getOrganization() : "",
              Texts.column(group.getConnector()),
              group.hasIncoming() ? Texts.column(group.getIncoming().getConnector()) : "",
              Texts.domain(message.getEnvelope().getReversePath()),
              Texts.tls(message.getSession()));
      change(day, message.getQueueId(), index, state -> state.accepted(facts));
    }
  }

  private void decision(Decision decision, ConsumerRecord<?, ?> read, byte[] value)
      throws OldMessageException, SQLException, IOException {
    LearningChain.Link link = rules.of(read.partition()).decision(decision, read.timestamp());
    String queueId = decision.getQueueId();
    if (queueId.isEmpty()) {
      return; // of a source that nobody can read
    }
    int day =
        event(queueId, read, link.name().toLowerCase(Locale.ROOT), WithoutContent.decision(value));
    if (link != LearningChain.Link.NEXT) {
      return;
    }
    for (DeliveryRequested delivery : decision.getDeliveriesList()) {
      // What is kept of it until the transaction's end is small.
      DeliveryRequested facts =
          DeliveryRequested.newBuilder()
              .setAttempt(delivery.getAttempt())
              .setConnector(delivery.getConnector())
              .setNextHop(
                  delivery.getNextHop().toBuilder().clearSmartHosts().clearSourceAddresses())
              .build();
      for (int recipient : delivery.getRecipientsList()) {
        change(day, queueId, recipient, state -> state.decided(facts));
      }
    }
  }

  private void outcome(OutcomeRecorded outcome, ConsumerRecord<?, ?> read, byte[] value)
      throws OldMessageException, SQLException {
    List<OutcomeRule.Count> counts = rules.of(read.partition()).outcome(outcome, read.offset());
    if (outcome.getPartitionTaken() || outcome.getQueueId().isEmpty()) {
      return;
    }
    StringBuilder worth = new StringBuilder();
    counts.forEach(count -> worth.append(Character.toLowerCase(count.name().charAt(0))));
    int day = event(outcome.getQueueId(), read, worth.toString(), value);
    long at = read.timestamp();
    for (int i = 0; i < counts.size(); i++) {
      RecipientOutcome part = outcome.getRecipients(i);
      if (counts.get(i) != OutcomeRule.Count.SKIPPED) {
        change(
            day,
            outcome.getQueueId(),
            part.getRecipient(),
            state -> state.outcome(outcome, part, at));
      }
    }
  }

  private void own(OutcomeRecorded outcome, ConsumerRecord<?, ?> read, byte[] value)
      throws OldMessageException, SQLException {
    int day = event(outcome.getQueueId(), read, "", value);
    long at = read.timestamp();
    for (RecipientOutcome part : outcome.getRecipientsList()) {
      // An answer may name recipients that there are not, as many as somebody writes.
      if (RecipientFold.isState(part.getKind())) {
        change(
            day, outcome.getQueueId(), part.getRecipient(), state -> state.own(outcome, part, at));
      }
    }
  }

  private void due(AttemptDue due, ConsumerRecord<?, ?> read, byte[] value)
      throws OldMessageException, SQLException {
    int day = event(due.getQueueId(), read, "", value);
    int attempt = due.getAttempt();
    for (int recipient : due.getRecipientsList()) {
      change(day, due.getQueueId(), recipient, state -> state.askedFor(attempt));
    }
  }

  private void control(MessageControl control, ConsumerRecord<?, ?> read, byte[] value) {
    String id = control.getControlId();
    controls.add(
        // One without an id is itself.
        id.isEmpty() ? read.partition() + "/" + read.offset() : Texts.column(id),
        read.partition(),
        Texts.column(control.getQueueId()),
        read.timestamp(),
        value);
  }

  private void entry(@Nullable String key, @Nullable ScheduleEntry entry)
      throws OldMessageException, SQLException {
    int slash = key == null ? -1 : key.indexOf('/');
    if (key == null || slash < 0) {
      throw new IllegalArgumentException("an entry's key is queue id/recipient index");
    }
    String queueId = key.substring(0, slash);
    int recipient = Integer.parseInt(key, slash + 1, key.length(), 10);
    change(day(queueId), queueId, recipient, state -> state.entry(entry));
  }

  private int event(@Nullable String queueId, ConsumerRecord<?, ?> read, String worth, byte[] value)
      throws OldMessageException, SQLException {
    if (queueId == null) {
      throw new IllegalArgumentException("its key is not a queue id");
    }
    int day = day(queueId);
    lives.event(
        new Lives.Event(day, queueId, read.topic(), read.offset(), read.timestamp(), worth, value));
    return day;
  }

  private int day(String queueId) throws OldMessageException, SQLException {
    int day = Days.of(QueueId.parse(queueId).createdMillis());
    if (!days.keeps(day)) {
      throw new OldMessageException();
    }
    return day;
  }

  private void change(int day, String queueId, int recipient, Consumer<RecipientState> change) {
    recipients.change(new Recipients.Key(day, queueId, recipient), change);
  }

  void write(Connection connection) throws SQLException {
    lives.write(connection);
    organizations.write(connection);
    controls.write(connection);
    recipients.write(connection);
    reported.write(connection); // the recipients' deliveries are among them
    traffic.write(connection);
    senders.write(connection);
  }

  /** Changes of recipients that wait to be written. */
  int changes() {
    return recipients.count();
  }

  /** After a transaction that failed. */
  void forget() {
    lives.forget();
    organizations.clear();
    controls.clear();
    recipients.forget();
    reported.clear();
    traffic.forget();
    senders.forget();
  }
}
