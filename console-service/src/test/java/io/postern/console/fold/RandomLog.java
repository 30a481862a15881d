package io.postern.console.fold;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.RouteState;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.contracts.v1.VerdictResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A random log: messages whose records follow no plan, with Decisions that are repeated or have a
 * gap before them, outcomes of owners that lost the partition, sessions that stay open. Whether
 * services would write such a log does not matter: all readers agree on it.
 */
final class RandomLog {
  static final long START = 1_790_000_000_000L;
  static final int PARTITIONS = 2;

  private final Random random;
  private final Map<String, List<ConsumerRecord<String, byte @Nullable []>>> partitions =
      new TreeMap<>();
  private final List<QueueId> messages = new ArrayList<>();
  private final Map<String, Long> marks = new HashMap<>();
  private long now = START;

  RandomLog(long seed, int records) {
    random = new Random(seed);
    for (int i = 0; i < records; i++) {
      now += random.nextInt(20_000);
      add();
    }
  }

  /** Each partition in its order, and the partitions at random. */
  List<ConsumerRecord<String, byte @Nullable []>> mixed(long seed) {
    Random order = new Random(seed);
    List<Deque<ConsumerRecord<String, byte @Nullable []>>> rest = new ArrayList<>();
    partitions.values().forEach(p -> rest.add(new ArrayDeque<>(p)));
    List<ConsumerRecord<String, byte @Nullable []>> all = new ArrayList<>();
    while (!rest.isEmpty()) {
      int which = order.nextInt(rest.size());
      Deque<ConsumerRecord<String, byte @Nullable []>> partition = rest.get(which);
      for (int run = order.nextInt(10); run >= 0 && !partition.isEmpty(); run--) {
        all.add(partition.removeFirst());
      }
      if (partition.isEmpty()) {
        rest.remove(which);
      }
    }
    return all;
  }

  private void add() {
    int which = random.nextInt(100);
    if (messages.isEmpty() || which < 15) {
      accepted();
    } else if (which < 35) {
      decision();
    } else if (which < 65) {
      outcome();
    } else if (which < 72) {
      due();
    } else if (which < 79) {
      own();
    } else if (which < 87) {
      entry();
    } else if (which < 90) {
      control();
    } else if (which < 97) {
      refusal();
    } else {
      other();
    }
  }

  private QueueId message() {
    return messages.get(Math.max(0, messages.size() - 1 - random.nextInt(20)));
  }

  private static final List<String> REVERSE_PATHS =
      List.of("anna@contoso.example", "news@foreign.example", "");

  private void accepted() {
    boolean twice = !messages.isEmpty() && random.nextInt(15) == 0;
    QueueId id =
        twice ? message() : QueueId.of(random.nextInt(PARTITIONS), now, random.nextLong(1L << 40));
    messages.add(id);
    Envelope.Builder envelope =
        Envelope.newBuilder()
            .setReversePath(REVERSE_PATHS.get(random.nextInt(REVERSE_PATHS.size())));
    MessageAccepted.Builder message =
        MessageAccepted.newBuilder()
            .setQueueId(id.value())
            .setHeaderBlock(ByteString.copyFromUtf8("Subject: secret\r\n"))
            .setMessageId("<" + id + "@contoso.example>")
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2." + random.nextInt(255)))
            .setSize(1000);
    for (int i = 0; i < 3; i++) {
      envelope.addRecipients(
          EnvelopeRecipient.newBuilder().setAddress("r" + i + "@Fabrikam.example"));
    }
    message
        .setEnvelope(envelope)
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .addRecipients(1)
                .setOrganization("contoso")
                .setConnector("own")
                .setReported(reported("contoso"))
                .setDirection(Direction.ORIGINATING))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(2)
                .setOrganization("contoso")
                .setDirection(Direction.ORIGINATING)
                .setIncoming(
                    RecipientGroup.newBuilder()
                        .setOrganization("fabrikam")
                        .setConnector("From Contoso " + random.nextInt(2))
                        .setReported(reported("fabrikam"))));
    add(Topics.MAIL_ACCEPTED, id.partition(), id.value(), message.build());
  }

  private ReportedDecision reported(String organization) {
    int result = random.nextInt(3);
    return ReportedDecision.newBuilder()
        .setOrganization(organization)
        .setConnector("trial" + random.nextInt(2))
        .setAccepted(result == 0)
        .setCode(result == 1 ? 550 : 0)
        .setRule(result == 0 ? "" : "requireTls")
        .build();
  }

  private static final List<String> TOKENS =
      List.of(
          "domain-validation:domain-validation",
          "domain-validation/name-mismatch",
          "domain-validation/not-asked",
          "");

  private void decision() {
    QueueId id = message();
    boolean first = random.nextBoolean();
    DecisionSource source = first ? DecisionSource.SOURCE_ACCEPTED : DecisionSource.SOURCE_DUE;
    String key = source + "/" + id.partition();
    long mark = marks.getOrDefault(key, -1L);
    Decision.Builder decision = Decision.newBuilder().setSource(source).setQueueId(id.value());
    switch (random.nextInt(6)) {
      case 0 -> decision.setSourceOffset(Math.max(0, mark)).setPrevious(mark - 1);
      case 1 -> decision.setSourceOffset(mark + 3).setPrevious(mark + 2);
      default -> {
        decision.setSourceOffset(mark + 1).setPrevious(mark);
        marks.put(key, mark + 1);
      }
    }
    decision.addDeliveries(
        DeliveryRequested.newBuilder()
            .setAttempt(1 + random.nextInt(4))
            .addRecipients(random.nextInt(3))
            .setConnector("to" + random.nextInt(3))
            .setNextHop(NextHop.newBuilder().setRoute("route" + random.nextInt(3))));
    add(Topics.MAIL_DELIVERIES, id.partition(), id.value(), decision.build());
  }

  private static final OutcomeKind[] KINDS = {
    OutcomeKind.DELIVERED,
    OutcomeKind.DEFERRED,
    OutcomeKind.DEFERRED,
    OutcomeKind.FAILED,
    OutcomeKind.HELD,
    OutcomeKind.STILL_OPEN,
    OutcomeKind.MOVED
  };

  private Owner owner() {
    return new Owner(1, 1 + random.nextInt(2 + (int) ((now - START) / 1_000_000)), 1);
  }

  private void outcome() {
    QueueId id = message();
    OutcomeRecorded.Builder outcome = OutcomeRecorded.newBuilder().setOwner(owner().message());
    if (random.nextInt(8) == 0) {
      add(Topics.MAIL_OUTCOMES, id.partition(), null, outcome.setPartitionTaken(true).build());
      return;
    }
    OutcomeKind kind = KINDS[random.nextInt(KINDS.length)];
    outcome
        .setQueueId(id.value())
        .setAttempt(1 + random.nextInt(3))
        .setAfterStillOpen(random.nextInt(3) == 0)
        .setToken("opportunistic:encryption-only")
        .setHost("mx" + random.nextInt(3));
    if (random.nextBoolean()) {
      outcome
          .setOrganization("contoso")
          .setReportedConnector("trial" + random.nextInt(2))
          .setReportedToken(TOKENS.get(random.nextInt(TOKENS.size())));
    }
    for (int i = 0; i < 1 + random.nextInt(2); i++) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(random.nextInt(3))
              .setKind(kind)
              .setConnection(random.nextInt(4) == 0 ? 1 : 0)
              .setReason(kind == OutcomeKind.DELIVERED ? "" : "reason" + random.nextInt(4)));
    }
    outcome.addOtherConnections(
        OutcomeConnection.newBuilder()
            .setHost("other" + random.nextInt(3))
            .setToken("opportunistic:none(not-offered)"));
    add(Topics.MAIL_OUTCOMES, id.partition(), id.value(), outcome.build());
  }

  private void due() {
    QueueId id = message();
    add(
        Topics.MAIL_DUE,
        id.partition(),
        id.value(),
        AttemptDue.newBuilder()
            .setQueueId(id.value())
            .addRecipients(random.nextInt(3))
            .setAttempt(2 + random.nextInt(3))
            .build());
  }

  private void own() {
    OutcomeKind[] kinds = {
      OutcomeKind.HELD, OutcomeKind.RELEASED, OutcomeKind.EXPIRED_OUTCOME, OutcomeKind.CANCELLED
    };
    QueueId id = message();
    add(
        Topics.MAIL_SCHEDULE_OUTCOMES,
        id.partition(),
        id.value(),
        OutcomeRecorded.newBuilder()
            .setQueueId(id.value())
            .setAttempt(1 + random.nextInt(3))
            .addRecipients(
                RecipientOutcome.newBuilder()
                    .setRecipient(random.nextInt(3))
                    .setKind(kinds[random.nextInt(kinds.length)])
                    .setReason("by-the-scheduler"))
            .build());
  }

  private void entry() {
    QueueId id = message();
    ScheduleState[] states = {
      ScheduleState.WAITING, ScheduleState.OPEN, ScheduleState.ENTRY_HELD, ScheduleState.WATCHED
    };
    add(
        Topics.SCHEDULE,
        id.partition(),
        id + "/" + random.nextInt(3),
        random.nextInt(4) == 0
            ? null
            : ScheduleEntry.newBuilder()
                .setState(states[random.nextInt(states.length)])
                .setDueMillis(now + random.nextInt(100_000))
                .setReason("host-unreachable")
                .build());
  }

  private void control() {
    QueueId id = message();
    add(
        Topics.MAIL_CONTROLS,
        id.partition(),
        id.value(),
        MessageControl.newBuilder()
            .setControlId("control" + random.nextInt(1000))
            .setKind(ControlKind.HOLD)
            .setQueueId(id.value())
            .build());
  }

  private void refusal() {
    MessageRefused.Builder refused = MessageRefused.newBuilder();
    if (random.nextBoolean()) {
      refused.setReported(reported("contoso"));
    }
    add(
        Topics.MAIL_REFUSALS,
        random.nextInt(PARTITIONS),
        "192.0.2.1",
        refused
            .setReference("0Z7K-31Q" + random.nextInt(10))
            .setRule(random.nextBoolean() ? "requireTls" : "recipient")
            .setConnector(random.nextBoolean() ? "" : "from" + random.nextInt(3))
            .setCount(random.nextInt(3))
            .setOrganization(random.nextBoolean() ? "" : "contoso")
            .setReversePath("x\0y@stranger.example")
            .build());
  }

  private void other() {
    add(
        Topics.MAIL_ROUTES,
        0,
        "r",
        RouteState.newBuilder().setRoute("r" + random.nextInt(3)).setReplica("a").build());
    add(
        Topics.CERTIFICATE_VERDICTS,
        random.nextInt(PARTITIONS),
        "k",
        VerdictRecord.newBuilder()
            .setVerdict(
                CertificateVerdict.newBuilder()
                    .setVerdictKey(ByteString.copyFrom(new byte[] {(byte) random.nextInt(5)}))
                    .setResult(VerdictResult.GOOD)
                    .setJudgedAtMillis(now))
            .build());
    add(
        Topics.CERTIFICATE_PRESENTED,
        random.nextInt(PARTITIONS),
        "c",
        PresentedChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(new byte[] {(byte) random.nextInt(5)}))
            .build());
    add(Topics.DIRECTORY_AUDIT, 0, "broken", null);
  }

  private void add(String topic, int partition, @Nullable String key, @Nullable MessageLite value) {
    List<ConsumerRecord<String, byte @Nullable []>> records =
        partitions.computeIfAbsent(topic + "-" + partition, p -> new ArrayList<>());
    byte @Nullable [] bytes = value == null ? null : value.toByteArray();
    if (bytes != null && random.nextInt(200) == 0) {
      bytes = new byte[] {(byte) 0xff, 1, 2}; // none of its topic
    }
    records.add(
        new ConsumerRecord<>(
            topic,
            partition,
            records.size(),
            now,
            TimestampType.LOG_APPEND_TIME,
            key == null ? -1 : key.length(),
            bytes == null ? -1 : bytes.length,
            key,
            bytes,
            new RecordHeaders(),
            Optional.empty()));
  }
}
