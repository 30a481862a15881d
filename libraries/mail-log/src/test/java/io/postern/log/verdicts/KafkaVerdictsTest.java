package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.LogSettings;
import io.postern.log.TestLog;
import io.postern.log.asking.LossySender;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KafkaVerdictsTest extends VerdictSourceContract {
  /** The clock of the verdicts is ahead of the machine's by this many milliseconds. */
  private static final AtomicLong AHEAD = new AtomicLong();

  private static TestLog log;
  private static TestJudge judge;
  private static LossySender sender;
  private static KafkaVerdicts verdicts;

  @BeforeAll
  static void start() throws Exception {
    log = TestLog.shared();
    judge = new TestJudge(log);
    sender = new LossySender(log.settings);
    verdicts =
        new KafkaVerdicts(
            log.settings, sender, 1 << 20, () -> Instant.now().plusMillis(AHEAD.get()));
  }

  @AfterAll
  static void stop() {
    verdicts.close();
    sender.close();
    judge.close();
    log.close();
  }

  @Override
  VerdictSource source() {
    return verdicts;
  }

  @Test
  void identicalQuestionsInFlightAreOneRequest() throws Exception {
    VerdictQuestion question = question("silent until told");
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<CertificateVerdict>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(callers.submit(() -> verdicts.verdict(question, PATIENCE)));
      }
      await().until(() -> judge.asked(question) > 0);
      judge.answer(question, good(question, Duration.ofMinutes(1)));
      for (Future<CertificateVerdict> answer : answers) {
        assertThat(answer.get().getResult()).isEqualTo(VerdictResult.GOOD);
      }
    }
    assertThat(judge.asked(question)).isEqualTo(1);
  }

  @Test
  void aRecordWithoutAVerdictDisturbsNobody() {
    judge.answerNothing("empty");
    VerdictQuestion question = question("after an empty record");
    assertThat(verdicts.verdict(question, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void aRecordOfALaterVersionDisturbsNobody() {
    VerdictQuestion before = question("before a later version");
    assertThat(verdicts.verdict(before, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
    judge.answerOfALaterVersion();
    VerdictQuestion question = question("after a later version");
    assertThat(verdicts.verdict(question, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdicts.known(before)).isNotNull();
  }

  private static CertificateVerdict resting(VerdictQuestion question, long thisUpdate) {
    return good(question, Duration.ofMinutes(1)).toBuilder()
        .addPath(LEAF)
        .addRevocation(
            RevocationEvidence.newBuilder()
                .setCertificateFingerprint(LEAF)
                .setStatus(RevocationStatus.NOT_REVOKED)
                .setUrl("http://crl.example/")
                .setThisUpdateMillis(thisUpdate))
        .build();
  }

  @Test
  void anAnnouncedRevocationFellsWhatRestsOnTheCertificate() {
    VerdictQuestion question = question("silent, revoked");
    VerdictQuestion other = question("silent, not revoked");
    judge.answer(question, resting(question, 100));
    judge.answer(other, good(other, Duration.ofMinutes(1)));
    await().until(() -> verdicts.known(question) != null && verdicts.known(other) != null);
    judge.announce(
        RevocationAnnouncement.newBuilder()
            .setCertificateFingerprint(LEAF)
            .setUrl("http://crl.example/")
            .setThisUpdateMillis(200)
            .build());
    await().until(() -> verdicts.known(question) == null);
    assertThat(verdicts.known(other)).isNotNull();
    // Of another partition, or of a replica that does not know yet: read later, and older.
    judge.answer(question, resting(question, 150));
    VerdictQuestion last = question("silent, the last");
    judge.answer(last, good(last, Duration.ofMinutes(1)));
    await().until(() -> verdicts.known(last) != null);
    assertThat(verdicts.verdict(question, Duration.ofMillis(500)).getReason())
        .isEqualTo(VerdictReason.UNAVAILABLE);
    // Taken off the list again.
    judge.answer(question, resting(question, 300));
    await().until(() -> verdicts.known(question) != null);
  }

  @Test
  void aLateAnswerIsKept() {
    VerdictQuestion question = question("silent and late");
    assertThat(verdicts.verdict(question, Duration.ofMillis(300)).getResult())
        .isEqualTo(VerdictResult.UNKNOWN);
    judge.answer(question, good(question, Duration.ofMinutes(1)));
    await().until(() -> verdicts.known(question) != null);
  }

  @Test
  void aVerdictIsForgottenWhenItEnds() {
    VerdictQuestion question = question("silent, soon over");
    CertificateVerdict verdict = good(question, Duration.ofMinutes(1));
    judge.answer(question, verdict);
    await().until(() -> verdicts.known(question) != null);
    AHEAD.set(Duration.ofMinutes(1).toMillis());
    try {
      assertThat(verdicts.known(question)).isNull();
    } finally {
      AHEAD.set(0);
    }
  }

  @Test
  void anAnswerThatMayNotBeKeptStillAnswers() throws Exception {
    VerdictQuestion question = question("silent, unkept");
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<CertificateVerdict> answer =
          callers.submit(() -> verdicts.verdict(question, PATIENCE));
      await().until(() -> judge.asked(question) > 0);
      judge.answer(
          question,
          good(question, Duration.ZERO).toBuilder()
              .setResult(VerdictResult.UNKNOWN)
              .setReason(VerdictReason.REVOCATION_UNREACHABLE)
              .setValidUntilMillis(0)
              .build());
      assertThat(answer.get().getReason()).isEqualTo(VerdictReason.REVOCATION_UNREACHABLE);
    }
    assertThat(verdicts.known(question)).isNull();
  }

  @Test
  void aVerdictOnOtherDefaultAnchorsThanTheAnnouncedOnesIsVoid() throws Exception {
    AnchorSetReference own =
        AnchorSetReference.newBuilder().setId("contoso/roots").setVersion("5").build();
    VerdictQuestion onDefault = question("silent default");
    VerdictQuestion onOwn = question("silent own", own);
    judge.answer(onDefault, good(onDefault, Duration.ofMinutes(1)));
    judge.answer(onOwn, good(onOwn, Duration.ofMinutes(1)).toBuilder().setAnchors(own).build());
    await().until(() -> verdicts.known(onDefault) != null && verdicts.known(onOwn) != null);

    judge.announce("2");
    await().until(() -> verdicts.known(onDefault) == null);
    assertThat(verdicts.known(onOwn)).isNotNull();

    // One who asks is answered with the announced version, in whichever order judge and
    // announcement are read.
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<CertificateVerdict> answer =
          callers.submit(() -> verdicts.verdict(onDefault, PATIENCE));
      await().until(() -> judge.asked(onDefault) > 0);
      judge.answer(onDefault, good(onDefault, Duration.ofMinutes(1)));
      judge.answer(onDefault, good(onDefault, "3"));
      judge.announce("3");
      assertThat(answer.get().getAnchors().getVersion()).isEqualTo("3");
    }
    judge.announce(TestJudge.VERSION);
  }

  @Test
  void aVerdictOnASetWithTheDefaultOneIsVoidWithItAndAllAreWithWhatIsDistrusted() {
    AnchorSetReference own =
        AnchorSetReference.newBuilder().setId("contoso/roots").setVersion("5").build();
    AnchorSetReference all =
        AnchorSetReference.newBuilder().setId("contoso/all").setVersion("6").build();
    VerdictQuestion onOwn = question("silent own, distrust", own);
    VerdictQuestion onAll = question("silent with defaults", all);
    CertificateVerdict byOwn =
        good(onOwn, Duration.ofMinutes(1)).toBuilder().setAnchors(own).build();
    CertificateVerdict byAll =
        good(onAll, Duration.ofMinutes(1)).toBuilder().setOwnAnchors(all).build();
    judge.answer(onOwn, byOwn);
    judge.answer(onAll, byAll);
    await().until(() -> verdicts.known(onOwn) != null && verdicts.known(onAll) != null);

    judge.announce("2");
    await().until(() -> verdicts.known(onAll) == null);
    assertThat(verdicts.known(onOwn)).isNotNull();

    judge.announce("2", "d1");
    await().until(() -> verdicts.known(onOwn) == null);
    judge.answer(onOwn, byOwn.toBuilder().setDistrustVersion("d1").build());
    await().until(() -> verdicts.known(onOwn) != null);
    judge.announce(TestJudge.VERSION);
    await().until(() -> verdicts.known(onOwn) == null);
  }

  @Test
  void aVerdictThatAnotherReplicaAskedForServesAll() {
    VerdictQuestion question = question("shared leaf");
    assertThat(verdicts.verdict(question, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
    try (KafkaVerdicts started = new KafkaVerdicts(log.settings, sender)) {
      await().until(() -> started.known(question) != null);
      assertThat(started.verdict(question, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
    }
    assertThat(judge.asked(question)).isEqualTo(1);
  }

  @Test
  void aChainBeyondTheBoundsIsTooComplexWithoutAsking() {
    VerdictQuestion question = question("x".repeat(65 * 1024));
    assertThat(verdicts.verdict(question, PATIENCE).getReason())
        .isEqualTo(VerdictReason.TOO_COMPLEX);
    assertThat(judge.asked(question)).isZero();
  }

  @Test
  void whoAsksBeforeTheLogHasAnsweredIsAnsweredOnceItHas() throws Exception {
    VerdictQuestion question = question("asked early");
    log.broker.pause();
    try (LossySender own = new LossySender(log.settings);
        KafkaVerdicts early = new KafkaVerdicts(log.settings, own);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<CertificateVerdict> answer;
      try {
        answer = callers.submit(() -> early.verdict(question, Duration.ofSeconds(60)));
        // For longer than a producer waits to send.
        assertThatThrownBy(() -> answer.get(2, TimeUnit.SECONDS))
            .isInstanceOf(TimeoutException.class);
      } finally {
        log.broker.resume();
      }
      assertThat(answer.get().getResult()).isEqualTo(VerdictResult.GOOD);
    }
    assertThat(judge.asked(question)).isEqualTo(1);
  }

  @Test
  void g4_aLogThatNeverCameMeansUnknownInTime() {
    LogSettings nowhere = new LogSettings(Map.of("bootstrap.servers", "127.0.0.1:1"));
    try (LossySender own = new LossySender(nowhere);
        KafkaVerdicts away = new KafkaVerdicts(nowhere, own)) {
      long start = System.nanoTime();
      assertThat(away.verdict(question("any"), Duration.ofSeconds(1)).getReason())
          .isEqualTo(VerdictReason.UNAVAILABLE);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  private static final ByteString LEAF = ByteString.copyFromUtf8("fingerprint of a leaf");

  private static CertificateVerdict good(VerdictQuestion question, Duration valid) {
    return TestJudge.good(question.key().bytes(), TestJudge.VERSION, valid);
  }

  private static CertificateVerdict good(VerdictQuestion question, String version) {
    return TestJudge.good(question.key().bytes(), version, Duration.ofMinutes(1));
  }
}
