package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.log.reading.TopicScan;
import io.postern.operator.api.QueueClient;
import io.postern.operator.trace.MailTrace;
import io.postern.smtp.Reply;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of mail that cannot go at once: tried again, decided anew, held, told to its sender.
 * A stack of its own, whose schedule has seconds where the product has minutes, and where small
 * contents travel sealed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private TestStack stack;

  @BeforeAll
  void ownStack() throws Exception {
    stack =
        TestStack.start(
            Processes.of(Size.SMALL)
                .settings(
                    Service.POLICY,
                    Map.of(
                        "postern.schedule.intervals", "1s,2s",
                        "postern.schedule.delay-notice", "4s")),
            true);
  }

  @AfterAll
  void accountAndEnd() throws Exception {
    try {
      SealedContents.assertUsed(stack.kafka());
      stack.assertAuditClean();
    } finally {
      stack.close();
    }
  }

  /** An organization with one partner, whose own host is named as its certificate says. */
  private final class Partnership implements AutoCloseable {
    final TestOrganization organization;
    final String domain;
    final String host;
    final ScriptedPeer partner;

    Partnership(String name) {
      organization = stack.organization(name);
      domain = organization.id() + "-partner.example";
      host = "mx." + domain;
      partner = organization.peer(ScriptedPeer.named(host).identity(organization.identity(host)));
    }

    String recipient() {
      return "office@" + domain;
    }

    /** The connector demands a certificate with this name. */
    Partnership demands(String tlsDomain) throws Exception {
      organization.outboundTo(
          partner, domain, "tlsSettings: domainValidation, tlsDomain: " + tlsDomain);
      organization.apply();
      return this;
    }

    QueueId send(String subject) throws Exception {
      return organization.relayed(List.of(recipient()), Messages.small(subject));
    }

    String sender() {
      return "sender@" + organization.domain();
    }

    @Override
    public void close() {
      organization.close();
    }
  }

  private void awaitLast(QueueId queueId, String recipient, String text) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () ->
                assertThat(stack.trace(queueId).lastOutcomes().get(recipient))
                    .isNotNull()
                    .extracting(MailTrace.LastOutcome::text)
                    .asString()
                    .startsWith(text));
  }

  /** What is held is released with a copy of its content once that copy is known. */
  private void awaitCopied(QueueId queueId) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(stack.trace(queueId).outcomes())
                    .anySatisfy(o -> assertThat(o.getMovedContentCount()).isPositive()));
  }

  private QueueClient queue() {
    return stack.queue();
  }

  /** Here the highest level that the services read is in force. */
  @Test
  void aContractLevelThatNoReplicaReadsIsNotRaised(@TempDir Path folder) throws Exception {
    Path context = stack.context(folder);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int next = ContractLevel.READS + 1;
    assertThat(ContractLevelTest.run(context, out, err, "contract-level", "raise")).isEqualTo(1);
    assertThat(out.toString()).contains("no replica reads level " + next);
    StringWriter after = new StringWriter();
    assertThat(ContractLevelTest.run(context, after, err, "contract-level")).isZero();
    assertThat(after.toString()).startsWith("level %d is in force%n".formatted(next - 1));
  }

  @Test
  void whatIsDeferredIsTriedAgainUntilItIsDelivered() throws Exception {
    try (Partnership with = new Partnership("again")) {
      with.demands(with.host);
      with.partner.next(
          PeerStage.RCPT,
          PeerStep.answer(451, "4.3.0", "not now"),
          PeerStep.answer(452, "4.2.2", "not yet"),
          PeerStep.answer(250, "2.1.5", "now"));
      QueueId queueId = with.send("tried again");
      awaitLast(queueId, with.recipient(), "delivered");
      assertThat(with.partner.messages()).hasSize(1);
      MailTrace trace = stack.trace(queueId);
      assertThat(trace.deliveries())
          .extracting(DeliveryRequested::getAttempt)
          .containsExactly(1, 2, 3);
      assertThat(trace.outcomes())
          .extracting(outcome -> outcome.getRecipients(0).getKind())
          .containsExactly(OutcomeKind.DEFERRED, OutcomeKind.DEFERRED, OutcomeKind.DELIVERED);
    }
  }

  @Test
  void aConnectorThatIsRepairedMeanwhileAppliesToWhatWaits() throws Exception {
    try (Partnership with = new Partnership("repaired")) {
      with.demands("wrong." + with.domain);
      QueueId queueId = with.send("repaired");
      awaitLast(queueId, with.recipient(), "deferred domain-validation/name-mismatch");
      assertThat(with.partner.envelopeSeen()).isFalse();
      with.organization.clearOutbound();
      with.demands(with.host);
      awaitLast(queueId, with.recipient(), "delivered domain-validation:domain-validation");
      assertThat(with.partner.messages()).hasSize(1);
    }
  }

  @Test
  void G3_whatARemovedConnectorProtectedIsHeldUntilItIsReleased() throws Exception {
    try (Partnership with = new Partnership("removed")) {
      stack.dns().mx(with.domain, 10, with.host);
      with.demands("wrong." + with.domain);
      QueueId queueId = with.send("removed");
      awaitLast(queueId, with.recipient(), "deferred domain-validation/name-mismatch");
      with.organization.clearOutbound().apply();
      awaitLast(queueId, with.recipient(), "held connector-removed");
      assertThat(with.partner.envelopeSeen()).isFalse();

      awaitCopied(queueId);
      queue().control(queueId, "release", List.of(), true);
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          stack.trace(queueId).deliveries().getLast().getRequirement().getLevel())
                      .isEqualTo(TlsLevel.OPPORTUNISTIC));
      // A held message's content is a copy by now; that nothing else is read is in its delivery.
      assertThat(stack.trace(queueId).deliveries().getLast().getContentList())
          .filteredOn(segment -> segment.hasReference())
          .allSatisfy(
              segment ->
                  assertThat(segment.getReference().getTopic())
                      .isEqualTo(Topics.MAIL_CONTENT_HELD));
    }
  }

  @Test
  void whatIsHeldGoesWhenItIsReleasedByteForByte() throws Exception {
    try (Partnership with = new Partnership("held")) {
      with.demands(with.host);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
      byte[] content = Messages.large(700_000, 14);
      QueueId queueId = with.organization.relayed(List.of(with.recipient()), content);
      awaitLast(queueId, with.recipient(), "deferred");
      queue().control(queueId, "hold", List.of(0), true);
      awaitLast(queueId, with.recipient(), "held");
      awaitCopied(queueId);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(250, "2.1.5", "now"));
      queue().control(queueId, "release", List.of(), true);
      awaitLast(queueId, with.recipient(), "delivered");
      PeerMessage arrived = with.partner.messages().getFirst();
      assertThat(new String(arrived.content(), StandardCharsets.ISO_8859_1))
          .endsWith(new String(content, StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void whatIsHeldOutlivesTheKeyOfItsContent() throws Exception {
    try (Partnership with = new Partnership("held-sealed")) {
      with.demands(with.host);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
      QueueId queueId = with.send("held sealed");
      awaitLast(queueId, with.recipient(), "deferred");
      queue().control(queueId, "hold", List.of(0), true);
      awaitLast(queueId, with.recipient(), "held");
      awaitCopied(queueId);
      List<ConsumerRecord<String, byte[]>> keys = loseKeys();
      try {
        with.partner.on(PeerStage.RCPT, PeerStep.answer(250, "2.1.5", "now"));
        queue().control(queueId, "release", List.of(), true);
        awaitLast(queueId, with.recipient(), "delivered");
        assertThat(with.partner.messages()).hasSize(1);
      } finally {
        restore(keys);
      }
    }
  }

  @Test
  void withoutTheKeyOfItsContentAMessageStaysUntilTheKeyIsRestored() throws Exception {
    try (Partnership with = new Partnership("keyless")) {
      with.demands(with.host);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
      QueueId queueId = with.send("keyless");
      awaitLast(queueId, with.recipient(), "deferred");
      List<ConsumerRecord<String, byte[]>> keys = loseKeys();
      try {
        with.partner.on(PeerStage.RCPT, PeerStep.answer(250, "2.1.5", "now"));
        Awaitility.await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(stack.trace(queueId).outcomes())
                        .extracting(outcome -> outcome.getRecipients(0))
                        .anySatisfy(
                            recipient -> {
                              assertThat(recipient.getReason()).isEqualTo("content-unreadable");
                              assertThat(recipient.getDetail())
                                  .contains("is not in mail.content.keys");
                            }));
        assertThat(with.partner.messages()).isEmpty();
      } finally {
        restore(keys);
      }
      awaitLast(queueId, with.recipient(), "delivered");
      assertThat(with.partner.messages()).hasSize(1);
    }
  }

  /** The topic of keys as after a restore without it; delivery begins again. */
  private List<ConsumerRecord<String, byte[]>> loseKeys() throws Exception {
    List<ConsumerRecord<String, byte[]>> keys = new ArrayList<>();
    TopicPartition topic = new TopicPartition(Topics.MAIL_CONTENT_KEYS, 0);
    try (TopicScan scan = new TopicScan(stack.kafka(), PATIENCE)) {
      scan.read(List.of(topic), 0, keys::add);
    }
    try (Admin admin = Admin.create(stack.kafka().admin())) {
      var unused =
          admin
              .deleteRecords(
                  Map.of(topic, RecordsToDelete.beforeOffset(keys.getLast().offset() + 1)))
              .all()
              .get();
    }
    for (Replica replica : stack.processes().replicas(Service.DELIVERY)) {
      replica.process().killAndWait();
    }
    return keys;
  }

  private void restore(List<ConsumerRecord<String, byte[]>> keys) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(stack.kafka().producer())) {
      for (ConsumerRecord<String, byte[]> key : keys) {
        producer.send(new ProducerRecord<>(key.topic(), key.key(), key.value())).get();
      }
    }
  }

  @Test
  void whatIsCancelledIsNotTriedAgainAndItsSenderIsTold() throws Exception {
    try (Partnership with = new Partnership("cancelled")) {
      with.demands(with.host);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
      QueueId queueId = with.send("cancelled");
      awaitLast(queueId, with.recipient(), "deferred");
      queue().control(queueId, "cancel", List.of(), true);
      awaitLast(queueId, with.recipient(), "cancelled");
      // It may have waited long enough for a notice of its delay, too.
      Awaitility.await().atMost(PATIENCE).until(() -> failures(with.organization.mailbox()) > 0);
      assertThat(failures(with.organization.mailbox())).isEqualTo(1);
      assertThat(with.partner.messages()).isEmpty();
    }
  }

  /** Reports that say that somebody will not get the message. */
  private static long failures(ScriptedPeer mailbox) throws IOException {
    long failures = 0;
    for (PeerMessage report : mailbox.messages()) {
      if (new String(report.content(), StandardCharsets.UTF_8).contains("Action: failed")) {
        failures++;
      }
    }
    return failures;
  }

  @Test
  void whatIsRefusedComesBackToItsSenderOnceWithWhatTheHostSaid() throws Exception {
    try (Partnership with = new Partnership("refused")) {
      with.demands(with.host);
      with.partner.recipient(
          "nobody@" + with.domain, Reply.of(550, "5.1.1", "no such mailbox here"));
      QueueId queueId =
          with.organization.relayed(
              List.of("nobody@" + with.domain, with.recipient()), Messages.small("refused"));
      awaitLast(queueId, "nobody@" + with.domain, "failed");
      awaitLast(queueId, with.recipient(), "delivered");
      assertThat(with.organization.mailbox().awaitMessages(1, PATIENCE)).hasSize(1);
      PeerMessage report = with.organization.mailbox().messages().getFirst();
      assertThat(report.from()).isEmpty();
      assertThat(report.recipients()).containsExactly(with.sender());
      assertThat(new String(report.content(), StandardCharsets.UTF_8))
          .contains("multipart/report")
          .contains("Final-Recipient: rfc822; nobody@" + with.domain)
          .contains("Action: failed")
          .contains("no such mailbox here")
          .doesNotContain("Final-Recipient: rfc822; " + with.recipient())
          // It had to travel over forced TLS: its body goes nowhere else (G3).
          .doesNotContain("A line that begins with a dot");
    }
  }

  @Test
  void whatWaitsForLongIsToldToItsSenderOnce() throws Exception {
    try (Partnership with = new Partnership("delayed")) {
      with.demands(with.host);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
      QueueId queueId = with.send("delayed");
      assertThat(with.organization.mailbox().awaitMessages(1, PATIENCE)).hasSize(1);
      PeerMessage report = with.organization.mailbox().messages().getFirst();
      assertThat(new String(report.content(), StandardCharsets.UTF_8))
          .contains("Action: delayed")
          .contains("Will-Retry-Until: ");
      int attempts = stack.trace(queueId).deliveries().size();
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> stack.trace(queueId).deliveries().size() >= attempts + 2);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(250, "2.1.5", "now"));
      awaitLast(queueId, with.recipient(), "delivered");
      assertThat(with.organization.mailbox().messages()).hasSize(1);
    }
  }

  @Test
  void whoAsksToHearOfSuccessIsToldWhereTheTrailEnds() throws Exception {
    try (Partnership with = new Partnership("success")) {
      with.demands(with.host);
      QueueId queueId;
      try (SmtpClient client = with.organization.connectTls(with.organization.ownServer())) {
        assertThat(client.command("MAIL FROM:<" + with.sender() + "> ENVID=Q+2B1").code())
            .isEqualTo(250);
        assertThat(
                client.command("RCPT TO:<" + with.recipient() + "> NOTIFY=SUCCESS,FAILURE").code())
            .isEqualTo(250);
        assertThat(client.command("DATA").code()).isEqualTo(354);
        queueId = TestOrganization.queueId(client.content(Messages.small("told of success")));
      }
      awaitLast(queueId, with.recipient(), "delivered");
      // The partner's host does not announce DSN: nobody behind it will tell the sender.
      assertThat(with.organization.mailbox().awaitMessages(1, PATIENCE)).hasSize(1);
      PeerMessage report = with.organization.mailbox().messages().getFirst();
      assertThat(new String(report.content(), StandardCharsets.UTF_8))
          .contains("Action: relayed")
          .contains("Original-Envelope-Id: Q+1")
          .contains("Final-Recipient: rfc822; " + with.recipient());
    }
  }

  @Test
  void aRouteIsFlushedAheadOfItsSchedule() throws Exception {
    try (Partnership with = new Partnership("flushed")) {
      with.demands(with.host);
      with.partner.on(PeerStage.RCPT, PeerStep.answer(451, "4.3.0", "not now"));
      QueueId queueId = with.send("flushed");
      awaitLast(queueId, with.recipient(), "deferred");
      String route = stack.trace(queueId).deliveries().getLast().getNextHop().getRoute();
      assertThat(route).isEqualTo("smart:" + with.host + ":" + with.partner.port());
      with.partner.on(PeerStage.RCPT, PeerStep.answer(250, "2.1.5", "now"));
      queue().flush(route);
      awaitLast(queueId, with.recipient(), "delivered");
    }
  }
}
