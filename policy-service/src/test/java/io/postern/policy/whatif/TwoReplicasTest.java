package io.postern.policy.whatif;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.postern.api.ProblemException;
import io.postern.bounds.Holder;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonState;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.asking.LossySender;
import io.postern.log.verdicts.VerdictSource;
import io.postern.policy.LogLab;
import io.postern.policy.whatif.RecordedComparison.Snapshot;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two replicas of policy-service behind one name: a comparison is begun at one, and asked for at
 * the other.
 */
class TwoReplicasTest {
  private static final String FILE =
      """
      organizations:
      - id: contoso
        acceptedDomains:
        - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example } }
        inboundConnectors:
        - name: From Fabrikam
          connectorType: partner
          senderDomains: [fabrikam.example]
          DEMAND
      """;
  private static final Directory NOW =
      LogLab.directory(FILE.replace("DEMAND", "requireTls: false"));
  private static final Holder ANNA = new Holder("anna", "contoso");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ByteString CHAIN = ByteString.copyFromUtf8("fingerprint");

  private LogLab log;
  private Replica one;
  private Replica two;
  private final CountDownLatch asked = new CountDownLatch(1); // by the comparison, at its mail
  private final CountDownLatch goesOn = new CountDownLatch(1);

  /** What a replica has of comparisons. */
  private record Replica(LossySender sender, ComparisonLog comparisons, WhatIfRuns runs) {
    static Replica of(LogLab log, VerdictSource verdicts) {
      LossySender sender = new LossySender(log.settings());
      ComparisonLog comparisons = new ComparisonLog(log.settings(), sender);
      return new Replica(
          sender, comparisons, new WhatIfRuns(log.settings(), () -> verdicts, comparisons));
    }

    Snapshot find(String id) {
      return comparisons.find(id).orElseThrow();
    }

    void close() {
      comparisons.close();
      sender.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    log = LogLab.shared();
    VerdictSource verdicts = ComparedMail.source(_ -> awaited());
    one = Replica.of(log, verdicts);
    two = Replica.of(log, verdicts);
  }

  private CertificateVerdict awaited() {
    asked.countDown();
    try {
      assertThat(goesOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
  }

  @AfterEach
  void stop() {
    goesOn.countDown();
    one.close();
    two.close();
    log.close();
  }

  private static DraftDirectory draft(String demand) {
    return DraftDirectory.ofFile(
        NOW, FILE.replace("DEMAND", demand).getBytes(UTF_8), _ -> {}, true);
  }

  /** A comparison at the first replica that waits for a verdict at the first of two mails. */
  private String running() throws Exception {
    byte[] leaf = LabCa.create("Lab").issue(Issue.to("mail.fabrikam.example")).leaf().getEncoded();
    log.write(
        Topics.CERTIFICATE_PRESENTED,
        0,
        "key",
        PresentedChain.newBuilder()
            .setFingerprint(CHAIN)
            .addCertificates(ByteString.copyFrom(leaf))
            .build()
            .toByteArray());
    for (int i = 0; i < 2; i++) {
      MessageAccepted mail =
          RecordedDays.incoming(
              "198.51.100.7", true, "info@fabrikam.example", "anna@contoso.example");
      SessionFacts session =
          mail.getSession().toBuilder()
              .setTlsFacts(TlsFacts.newBuilder().setPeerChainFingerprint(CHAIN))
              .build();
      write(mail.toBuilder().setSession(session).build());
    }
    String demand =
        "tlsSenderCertificateName: mail.fabrikam.example\n    restrictDomainsToCertificate: true";
    String id = one.runs().start(ANNA, draft(demand), 1).id();
    assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return id;
  }

  private void write(MessageAccepted mail) throws Exception {
    log.write(Topics.MAIL_ACCEPTED, 0, mail.getQueueId(), mail.toByteArray());
  }

  private Snapshot ended(Replica at, String id) {
    return await().atMost(PATIENCE).until(() -> at.find(id), its -> !its.running());
  }

  @Test
  void theOtherReplicaShowsAComparisonAndItsResult() throws Exception {
    write(
        RecordedDays.incoming(
            "198.51.100.7", false, "info@fabrikam.example", "anna@contoso.example"));
    String id = one.runs().start(ANNA, draft("requireTls: true"), 1).id();

    Snapshot there = ended(two, id);

    assertThat(there.view().state()).isEqualTo("done");
    assertThat(there.organizations()).containsExactly("contoso");
    assertThat(there.by()).isEqualTo("anna");
    WhatIfResult result = java.util.Objects.requireNonNull(there.view().result());
    assertThat(result.messages()).isEqualTo(1);
    assertThat(result.differences())
        .extracting(Difference::kind, Difference::partner)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("acceptedToRefused", "fabrikam.example"));
    assertThat(ended(one, id).view()).isEqualTo(there.view());
  }

  @Test
  void aReplicaThatIsStartedLaterShowsItToo() throws Exception {
    String id = one.runs().start(ANNA, draft("requireTls: true"), 1).id();
    ended(one, id);
    one.close();
    Replica later = Replica.of(log, ComparedMail.source(_ -> awaited()));
    try {
      assertThat(later.find(id).view().state()).isEqualTo("done");
    } finally {
      later.close();
    }
  }

  @Test
  void theOtherReplicaEndsIt() throws Exception {
    String id = running();
    assertThat(two.find(id).view().state()).isEqualTo("running");

    two.comparisons().cancel(id);
    // Seen by the first replica before its comparison looks.
    await().atMost(PATIENCE).until(() -> isCancelled(id));
    goesOn.countDown();

    assertThat(ended(two, id).view().state()).isEqualTo("cancelled");
    assertThat(ended(one, id).view().state()).isEqualTo("cancelled");
  }

  private boolean isCancelled(String id) {
    return one.runs().isCancelled(id);
  }

  @Test
  void theOtherReplicaSaysThatTheOneThatComparedWasStopped() throws Exception {
    String id = running();
    assertThat(two.find(id).running()).isTrue();

    one.runs().stop();

    Snapshot there = ended(two, id);
    assertThat(there.view().state()).isEqualTo("failed");
    assertThat(there.view().failure()).contains("was stopped", "Start it again");
  }

  @Test
  void oneThatNobodyBeganIsNotThere() {
    assertThat(two.comparisons().find(UUID.randomUUID().toString())).isEmpty();
    assertThat(two.comparisons().find("none")).isEmpty();
  }

  /** A user who starts many pushes nobody else's out. */
  @Test
  void aUserFillsOnlyPlacesOfTheUser() {
    String others = record("ben", 0);
    String first = record("anna", 1);
    for (int i = 0; i < ComparisonLog.MOST; i++) {
      record("anna", 2 + i);
    }
    String last = record("anna", 1_000);

    assertThat(two.comparisons().find(others)).isPresent();
    assertThat(two.comparisons().find(first)).isEmpty();
    assertThat(two.comparisons().find(last)).isPresent();
  }

  @Test
  void aResultOfAnHourAgoIsNotShown() {
    String old = record("anna", -Duration.ofMinutes(61).toMillis());
    String fresh = record("ben", 0);
    assertThat(two.comparisons().find(old)).isEmpty();
    assertThat(two.comparisons().find(fresh)).isPresent();
  }

  /** As another replica begins one now, and some milliseconds. */
  private String record(String by, long millis) {
    String id = UUID.randomUUID().toString();
    two.comparisons()
        .take(
            ComparisonParts.ofOrganizations(List.of("contoso"))
                .getFirst()
                .setComparisonId(id)
                .setBy(by)
                .setState(ComparisonState.COMPARISON_RUNNING)
                .build(),
            System.currentTimeMillis() + millis,
            System.nanoTime());
    return id;
  }

  /** Whose mail it is was in a record that is gone: it would be anybody's to read (G8). */
  @Test
  void whatHasNoBeginningIsNotShown() {
    String id = UUID.randomUUID().toString();
    two.comparisons()
        .take(
            ComparisonRecord.newBuilder()
                .setComparisonId(id)
                .setNumber(1)
                .setState(ComparisonState.COMPARISON_RUNNING)
                .addOrganizations("contoso")
                .setAllOrganizations(1)
                .build(),
            System.currentTimeMillis(),
            System.nanoTime());
    assertThat(two.comparisons().find(id)).isEmpty();
  }

  @Test
  void withoutKafkaNoneBeginsAndNoPlaceIsKept() throws Exception {
    one.comparisons().read();
    log.broker().pause();
    try {
      assertThatThrownBy(() -> one.runs().start(ANNA, draft("requireTls: true"), 1))
          .isInstanceOfSatisfying(
              ProblemException.class,
              refused -> assertThat(refused.problem().status()).isEqualTo(503));
    } finally {
      log.broker().resume();
    }
    String id = one.runs().start(ANNA, draft("requireTls: true"), 1).id();
    assertThat(ended(two, id).view().state()).isEqualTo("done");
  }
}
