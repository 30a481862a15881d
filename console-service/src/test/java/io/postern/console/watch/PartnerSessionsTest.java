package io.postern.console.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.postern.api.ProblemException;
import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.console.store.ReadTo;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import io.postern.directory.DirectoryFile;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A partner's sessions in a read model that is folded from records as ingress-service writes. */
class PartnerSessionsTest {
  private static final String FILE =
      """
      organizations:
      - id: watching
        acceptedDomains:
        - { domain: watching.example, mailboxRoute: { host: mailbox.watching.example } }
        inboundConnectors:
        - { name: From Fabrikam, connectorType: partner, senderDomains: [fabrikam.example],
            tlsSenderCertificateName: mail.fabrikam.example, restrictDomainsToCertificate: true }
        - { name: From everybody, connectorType: partner, senderDomains: ["*"], requireTls: false }
      - id: stranger
        acceptedDomains:
        - { domain: stranger.example, mailboxRoute: { host: mailbox.stranger.example } }
      """;
  private static final long SINCE = Instant.parse("2026-11-30T23:50:00Z").toEpochMilli();
  private static final long UNTIL = SINCE + 1_800_000;
  private static final long NOW = SINCE + 900_000; // on the next day
  private static final ByteString CHAIN = ByteString.copyFromUtf8("fingerprint of a chain");

  private final String url = Postgres.migrated();
  private Connection writer;
  private Fold fold;
  private long offset;

  @BeforeEach
  void foldTheDirectory() throws Exception {
    writer = WriterConnection.open(url, Postgres.user(), Postgres.password());
    fold = new Fold(writer, 90, 10_000, InstantSource.fixed(Instant.ofEpochMilli(NOW)));
    fold.begin();
    for (DirectoryObject object :
        DirectoryFile.parse(FILE.getBytes(StandardCharsets.UTF_8)).objects()) {
      fold.read(record(Topics.DIRECTORY, NOW, DirectoryKeys.key(object), object));
    }
    fold.commit();
  }

  @AfterEach
  void close() throws SQLException {
    writer.close();
  }

  private org.apache.kafka.clients.consumer.ConsumerRecord<
          String, byte @org.jspecify.annotations.Nullable []>
      record(String topic, long at, String key, MessageLite value) {
    return LogRecords.of(topic, offset++, at, key, value);
  }

  private void happens(String topic, long at, String key, MessageLite value) throws SQLException {
    fold.read(record(topic, at, key, value));
    fold.commit();
  }

  private void refused(MessageRefused.Builder refused) throws SQLException {
    happens(Topics.MAIL_REFUSALS, NOW, "192.0.2.7", refused.build());
  }

  private void accepted(long at, String reversePath, String connector) throws SQLException {
    String queueId = QueueId.of(0, at - 1_000, offset).value();
    happens(
        Topics.MAIL_ACCEPTED,
        at,
        queueId,
        MessageAccepted.newBuilder()
            .setQueueId(queueId)
            .setSession(session("mail.fabrikam.example"))
            .setEnvelope(
                Envelope.newBuilder()
                    .setReversePath(reversePath)
                    .addRecipients(
                        EnvelopeRecipient.newBuilder().setAddress("ann@watching.example"))
                    .addRecipients(
                        EnvelopeRecipient.newBuilder().setAddress("eve@stranger.example")))
            .addGroups(
                RecipientGroup.newBuilder()
                    .addRecipients(0)
                    .setOrganization("watching")
                    .setConnector(connector)
                    .setVerdict("good"))
            .addGroups(RecipientGroup.newBuilder().addRecipients(1).setOrganization("stranger"))
            .build());
  }

  private static SessionFacts.Builder session(String name) {
    return SessionFacts.newBuilder()
        .setClientIp("192.0.2.7")
        .setTls(true)
        .setTlsFacts(
            TlsFacts.newBuilder()
                .setVersion(TlsVersion.TLS_1_3)
                .setCipherSuite("TLS_AES_128_GCM_SHA256")
                .addPeerNames(name));
  }

  private static Explanation explanation(String organization, String detail) {
    return Explanation.newBuilder()
        .setSummary("Refused")
        .setOrganization(organization)
        .addSteps(
            ExplanationStep.newBuilder()
                .setSubject("inbound connector " + organization + "/From Fabrikam")
                .setCondition("restrictDomainsToCertificate")
                .setDetail(detail))
        .build();
  }

  private Watch watch(ClaimedPartner partner, long now) throws SQLException {
    return watch(partner, now, true);
  }

  private Watch watch(ClaimedPartner partner, long now, boolean handshakes) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      Directory directory = OrganizationObjects.read(connection, "watching");
      return new PartnerSessions(
              connection, directory, "watching", partner, SINCE, UNTIL, handshakes)
          .watch(Instant.ofEpochMilli(now), ReadTo.of(connection));
    }
  }

  private Watch ofConnector(String name) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return watch(
          ClaimedPartner.of(
              OrganizationObjects.read(connection, "watching")
                  .inboundConnector("watching", name)
                  .orElseThrow()),
          NOW);
    }
  }

  private static WatchedSession one(Watch watch, String result) {
    return watch.sessions().stream()
        .filter(each -> each.result().equals(result))
        .findFirst()
        .orElseThrow(() -> new AssertionError(watch.toString()));
  }

  @Test
  void theSessionsOfAPartnerAreShownAndNobodyElsesAre() throws Exception {
    // Refused at RCPT, by the connector.
    refused(
        MessageRefused.newBuilder()
            .setSession(session("other.example"))
            .setReversePath("bob@fabrikam.example")
            .setRecipient("ann@watching.example")
            .setCode(550)
            .setText("not met")
            .setRule("restrictDomainsToCertificate")
            .setOrganization("watching")
            .setConnector("From Fabrikam")
            .setReference("0Z7K-31QF")
            .setExplanation(explanation("watching", "mail.fabrikam.example is required")));
    // The same sender, to another organization: nothing of it is the watcher's.
    refused(
        MessageRefused.newBuilder()
            .setSession(session("mail.fabrikam.example"))
            .setReversePath("bob@fabrikam.example")
            .setRecipient("eve@stranger.example")
            .setCode(550)
            .setOrganization("stranger")
            .setExplanation(explanation("stranger", "secret")));
    // Neither by sender, nor by certificate.
    refused(
        MessageRefused.newBuilder()
            .setSession(session("other.example"))
            .setReversePath("bob@elsewhere.example")
            .setRecipient("ann@watching.example")
            .setCode(550));
    accepted(NOW, "", "From Fabrikam");

    Watch watch = ofConnector("From Fabrikam");

    assertThat(watch.sessions()).hasSize(2);
    assertThat(watch.state()).isEqualTo("watching");
    assertThat(watch.toString()).doesNotContain("stranger", "secret");
    WatchedSession refused = one(watch, "refused");
    assertThat(refused.claims()).containsExactly("senderDomains");
    assertThat(refused.reference()).isEqualTo("0Z7K-31QF");
    ConditionView condition =
        refused.conditions().stream()
            .filter(each -> each.parameter().equals("restrictDomainsToCertificate"))
            .findFirst()
            .orElseThrow();
    assertThat(condition.connector()).isEqualTo("From Fabrikam");
    assertThat(condition.state()).isEqualTo("not-met");
    assertThat(condition.expected()).isEqualTo("mail.fabrikam.example");
    assertThat(condition.actual()).isEqualTo("none");
    WatchedSession accepted = one(watch, "accepted");
    assertThat(accepted.claims()).containsExactly("tlsSenderCertificateName");
    assertThat(accepted.recipientDomains()).containsExactly("watching.example");
    assertThat(accepted.id()).isEqualTo(accepted.queueId() + "/0");
  }

  /** Before a sender is known the address alone says whose handshake failed. */
  @Test
  void aFailedHandshakeIsFoundByAddress() throws Exception {
    refused(
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.9"))
            .setCommand("STARTTLS")
            .setRule("handshake")
            .setHandshakeFailure(HandshakeFailure.HANDSHAKE_UNKNOWN_CA)
            .setText("the client does not know our authority")
            .setCount(3));
    for (String block : List.of("192.0.2.0/28", "192.0.2.77/24", "::ffff:192.0.2.9")) {
      Watch watch = watch(ClaimedPartner.of(List.of(), List.of(), List.of(block)), NOW);
      assertThat(watch.sessions()).as(block).hasSize(1);
      WatchedSession failed = watch.sessions().getFirst();
      assertThat(failed.result()).isEqualTo("handshake-failed");
      assertThat(failed.count()).isEqualTo(3);
      assertThat(failed.rule()).isEqualTo("unknown-ca");
    }
    ClaimedPartner other = ClaimedPartner.of(List.of(), List.of(), List.of("192.0.2.16/28"));
    assertThat(watch(other, NOW).sessions()).isEmpty();
    ClaimedPartner partner = ClaimedPartner.of(List.of(), List.of(), List.of("192.0.2.9"));
    assertThat(watch(partner, NOW, false).sessions()).as("to a reader").isEmpty();
  }

  /** By a wide block the failed handshakes of others' partners would be seen. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, true",
    "192.0.2.0/23, false",
    "0.0.0.0/0, false",
    "2001:db8::/64, true",
    "2001:db8::/63, false",
    "::/0, false",
    "192.0.2.0/x, false",
    "mail.fabrikam.example, false",
  })
  void aWatchTakesNoWiderBlockThanAConnector(String block, boolean taken) {
    WatchParameters parameters = new WatchParameters();
    parameters.addresses = List.of(block);
    if (taken) {
      assertThat(parameters.partner().addresses()).hasSize(1);
    } else {
      assertThatThrownBy(parameters::partner)
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining(block);
    }
  }

  /** A refusal has a chain's fingerprint alone, and further ones of a kind are counted. */
  @Test
  void aCertificatesNamesAndCountsAreFound() throws Exception {
    byte[] leaf = LabCa.create("Lab").issue(Issue.to("mail.fabrikam.example")).leaf().getEncoded();
    happens(
        Topics.CERTIFICATE_PRESENTED,
        SINCE - 23 * 3_600_000, // a chain is recorded once a day
        "key",
        PresentedChain.newBuilder()
            .setFingerprint(CHAIN)
            .addCertificates(ByteString.copyFrom(leaf))
            .build());
    refused(
        MessageRefused.newBuilder()
            .setSession(
                SessionFacts.newBuilder()
                    .setClientIp("192.0.2.7")
                    .setTls(true)
                    .setTlsFacts(TlsFacts.newBuilder().setPeerChainFingerprint(CHAIN)))
            .setReversePath("")
            .setRecipient("ann@watching.example")
            .setCode(550)
            .setOrganization("watching"));
    refused(
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.7"))
            .setCode(550)
            .setOrganization("watching")
            .setCount(12)
            .addVariants(variant("fabrikam.example", 7))
            .addVariants(variant("other.example", 2).setTls(true).setChainFingerprint(CHAIN))
            .addVariants(variant("other.example", 3)));

    Watch watch = ofConnector("From Fabrikam");

    assertThat(watch.sessions()).extracting(WatchedSession::count).containsExactly(1L, 7L, 2L);
    WatchedSession first = watch.sessions().getFirst();
    assertThat(first.certificateNames()).containsExactly("mail.fabrikam.example");
    assertThat(first.claims()).containsExactly("tlsSenderCertificateName");
    assertThat(watch.sessions()).extracting(WatchedSession::id).doesNotHaveDuplicates();
  }

  private static RefusedVariant.Builder variant(String sender, int count) {
    return RefusedVariant.newBuilder()
        .setSenderDomain(sender)
        .setRecipientDomain("watching.example")
        .setCount(count);
  }

  /** However many come after those that are shown, and for however long. */
  @Test
  void sessionsBeyondThoseThatAreShownAreCounted() throws Exception {
    for (int i = 0; i < 57; i++) {
      accepted(NOW + i, "bob@fabrikam.example", "From Fabrikam");
    }
    Watch full = ofConnector("From Fabrikam");
    assertThat(full.sessions()).hasSize(50);
    assertThat(full.further()).isEqualTo(7);

    refused(
        MessageRefused.newBuilder()
            .setSession(session("mail.fabrikam.example"))
            .setReversePath("bob@fabrikam.example")
            .setRecipient("ann@watching.example")
            .setCode(550)
            .setOrganization("watching"));
    Watch later = ofConnector("From Fabrikam");
    assertThat(later.sessions()).hasSize(50).contains(one(later, "refused"));
    assertThat(later.further()).isEqualTo(8);
  }

  @Test
  void theCountOfFurtherSessionsHasABound() throws Exception {
    for (int i = 0; i < PartnerSessions.MOST + PartnerSessions.MOST_COUNTED + 5; i++) {
      String id = QueueId.of(0, NOW, offset).value();
      fold.read(
          record(
              Topics.MAIL_ACCEPTED,
              NOW,
              id,
              MessageAccepted.newBuilder()
                  .setQueueId(id)
                  .setEnvelope(
                      Envelope.newBuilder()
                          .setReversePath("bob@fabrikam.example")
                          .addRecipients(
                              EnvelopeRecipient.newBuilder().setAddress("ann@watching.example")))
                  .addGroups(
                      RecipientGroup.newBuilder().addRecipients(0).setOrganization("watching"))
                  .build()));
    }
    fold.commit();
    assertThat(ofConnector("From Fabrikam").further()).isEqualTo(PartnerSessions.MOST_COUNTED);
  }

  @Test
  void sessionsOfTheTimeAreShownAndItsEndIsSaid() throws Exception {
    accepted(SINCE - 1, "early@fabrikam.example", "From Fabrikam");
    accepted(SINCE, "bob@fabrikam.example", "From Fabrikam");
    accepted(UNTIL - 1, "bob@fabrikam.example", "From Fabrikam");
    accepted(UNTIL, "late@fabrikam.example", "From Fabrikam");
    ClaimedPartner partner = ClaimedPartner.of(List.of("fabrikam.example"), List.of(), List.of());
    assertThat(watch(partner, UNTIL - 1).state()).isEqualTo("watching");
    Watch ended = watch(partner, UNTIL);
    assertThat(ended.state()).isEqualTo("ended");
    assertThat(ended.sessions())
        .extracting(WatchedSession::at)
        .containsExactly("2026-11-30T23:50:00Z", "2026-12-01T00:19:59.999Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "xn--strae-oqa.example",
        "*.example",
        "*.xn--strae-oqa.example",
      })
  void aDomainInUnicodeIsAPartnersToo(String domain) throws Exception {
    accepted(NOW, "bob@straße.example", "From everybody");
    ClaimedPartner partner = ClaimedPartner.of(List.of(domain), List.of(), List.of());
    assertThat(watch(partner, NOW).sessions())
        .extracting(WatchedSession::senderDomain)
        .containsExactly("xn--strae-oqa.example");
  }
}
