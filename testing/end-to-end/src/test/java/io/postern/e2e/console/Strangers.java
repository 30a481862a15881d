package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.RouteState;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Clients and hosts that put hostile texts wherever they can, at a running example; and records
 * that carry such texts in each field, also where no client gets them today. Owner: one thread.
 */
final class Strangers implements AutoCloseable {
  private static final String HOST = "mail.fabrikam.example"; // its name is in the example's DNS
  private static final Set<PeerStage> STAGES =
      Collections.unmodifiableSet(
          new java.util.TreeSet<>(
              Set.of(
                  PeerStage.BANNER,
                  PeerStage.EHLO,
                  PeerStage.MAIL,
                  PeerStage.RCPT,
                  PeerStage.DATA,
                  PeerStage.END_OF_DATA)));

  private final Example example;
  private final LabCa authority = LabCa.create(HostileTexts.ALL);
  private final Map<PeerStage, ScriptedPeer> hosts = new EnumMap<>(PeerStage.class);

  Strangers(Example example) {
    this.example = example;
  }

  /** A certificate whose subject and issuer are hostile, without a name that counts. */
  Identity hostileCertificate() {
    return authority.issue(Issue.to(HostileTexts.ALL).commonNameOnly());
  }

  /** A subject of 6,000 characters, and a hundred names: a client's chain has 20 KiB at most. */
  Identity largeCertificate() {
    List<String> names = new ArrayList<>();
    names.add(HostileTexts.LONG_WORD.substring(0, 6_000));
    IntStream.rangeClosed(1, 100)
        .forEach(i -> names.add("host-number-%d.department.stranger.example".formatted(i)));
    return LabCa.create("Large").issue(Issue.to(names.toArray(String[]::new)));
  }

  /**
   * Mail that is taken from a client.
   *
   * @param certificate null: none
   */
  QueueId sends(@Nullable Identity certificate, String from, String messageId) throws Exception {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", example.stack().stack().smtpPort())) {
      client.ehlo("stranger.example");
      assertThat(client.startTls(certificate).code()).isEqualTo(220);
      assertThat(client.ehlo(HostileTexts.MARKUP).code()).as("no name of a host").isEqualTo(501);
      client.ehlo("stranger.example");
      Reply sender = client.command("MAIL FROM:<" + from + "> SMTPUTF8");
      assertThat(sender.code()).as(sender.text()).isEqualTo(250);
      assertThat(client.command("RCPT TO:<anna@contoso.example>").code()).isEqualTo(250);
      client.command("DATA");
      return queueId(
          client.content(
              ("From: "
                      + HostileTexts.ALL
                      + "\r\nSubject: "
                      + HostileTexts.ALL
                      + "\r\nMessage-ID: "
                      + messageId
                      + "\r\n\r\nHello\r\n")
                  .getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static QueueId queueId(Reply reply) {
    assertThat(reply.code()).as(reply.text()).isEqualTo(250);
    return QueueId.parse(reply.text().replaceFirst("(?s).*Queued as (\\S+).*", "$1"));
  }

  /** Hosts that answer hostilely, each at another stage, and connectors to them. */
  void startHosts() throws Exception {
    String markup = HostileTexts.MARKUP + HostileTexts.TURNED + HostileTexts.MARKS.substring(0, 40);
    String controls = HostileTexts.CONTROLS.replace("\u0000", "\u0001");
    for (PeerStage stage : STAGES) {
      int code = stage == PeerStage.END_OF_DATA ? 250 : 550;
      String enhanced = stage == PeerStage.BANNER || stage == PeerStage.EHLO ? "" : "5.7.1";
      PeerStep step =
          PeerStep.answer(
              code,
              code == 250 ? "" : enhanced,
              markup,
              controls,
              "w".repeat(1_900),
              "ten chars ".repeat(190),
              "w".repeat(1_900),
              "w".repeat(1_900),
              "w".repeat(1_900));
      hosts.put(
          stage, ScriptedPeer.named(HOST).identity(hostileCertificate()).on(stage, step).start());
      String name = "To %s <b>&\"' {f.proof}".formatted(stage);
      assertThat(
              example
                  .call(
                      example.policy(),
                      "PUT",
                      "/api/v1/organizations/contoso/outbound-connectors/"
                          + java.net.URLEncoder.encode(name, StandardCharsets.UTF_8)
                              .replace("+", "%20"),
                      """
                      {"connectorType":"partner","recipientDomains":["%s"],"smartHosts":["%s:%d"],
                       "comment":"%s"}
                      """
                          .formatted(
                              domain(stage),
                              HOST,
                              Objects.requireNonNull(hosts.get(stage)).port(),
                              HostileTexts.MARKUP.replace("\"", "\\\"")))
                  .body())
          .contains("recipientDomains");
    }
  }

  private static String domain(PeerStage stage) {
    return stage.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".example";
  }

  /** A message to a recipient at each of these hosts. */
  QueueId sentToHosts() throws Exception {
    return sent(STAGES.stream().map(stage -> "info@" + domain(stage)).toList());
  }

  /** By our own server. */
  QueueId sent(List<String> recipients) throws Exception {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", example.stack().stack().smtpPort())) {
      client.ehlo("mail.contoso.example");
      client.startTls(example.stack().world().client("contoso"));
      client.ehlo("mail.contoso.example");
      return queueId(
          client.send(
              "anna@contoso.example",
              recipients,
              "Subject: to strangers\r\n\r\nHello\r\n".getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** Records with this text in each field. */
  void write(QueueId queueId, String reference, String text) throws Exception {
    MessageRefused.Builder refused = MessageRefused.newBuilder();
    HostileTexts.fill(refused, text, Set.of("organization", "reported", "variants"));
    refused.setReference(reference).setCode(550);
    refused.getSessionBuilder().setTls(true);
    put(Topics.MAIL_REFUSALS, 0, "192.0.2.9", refused.build());
    RefusedVariant.Builder variant = RefusedVariant.newBuilder();
    HostileTexts.fill(variant, text, Set.of());
    refused.setCount(1234).clearExplanation().addVariants(variant.setCount(1000));
    put(Topics.MAIL_REFUSALS, 0, "192.0.2.9", refused.build());

    OutcomeRecorded.Builder outcome = OutcomeRecorded.newBuilder();
    HostileTexts.fill(
        outcome, text, Set.of("queue_id", "organization", "recipients", "moved_content"));
    RecipientOutcome.Builder recipient = RecipientOutcome.newBuilder();
    HostileTexts.fill(recipient, text, Set.of());
    recipient.getReplyBuilder().setCode(250);
    outcome.setQueueId(queueId.value()).setAttempt(1);
    outcome.addRecipients(recipient.setRecipient(0).setKind(OutcomeKind.DELIVERED));
    put(Topics.MAIL_OUTCOMES, queueId.partition(), queueId.value(), outcome.build());

    RouteState.Builder route = RouteState.newBuilder();
    HostileTexts.fill(route, text, Set.of("replica", "state"));
    route.setState("dead").setReplica(reference);
    put(Topics.MAIL_ROUTES, 0, reference, route.build());
    StsPolicyState.Builder policy = StsPolicyState.newBuilder();
    HostileTexts.fill(policy, text, Set.of("domain"));
    policy.setDomain(reference.toLowerCase(java.util.Locale.ROOT) + ".example");
    put(Topics.MTA_STS_POLICIES, 0, policy.getDomain(), policy.build());
    TlsReportReceived.Builder report = TlsReportReceived.newBuilder();
    HostileTexts.fill(report, text, Set.of());
    report.setReceivedMillis(System.currentTimeMillis());
    put(Topics.TLS_REPORTS, 0, reference, report.build());
    HandshakeSeen.Builder seen = HandshakeSeen.newBuilder();
    HostileTexts.fill(seen, text, Set.of("organization"));
    put(Topics.CERTIFICATE_HANDSHAKES, 0, reference, seen.setOrganization("contoso").build());
  }

  /** Writes a record as a service does. */
  void put(String topic, int partition, String key, Message record) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(example.stack().stack().kafka().producer())) {
      producer
          .send(new ProducerRecord<>(topic, partition, key, record.toByteArray()))
          .get(20, TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    hosts.values().forEach(ScriptedPeer::close);
  }
}
