package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Topics;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.log.asking.Questions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that come while the log is still read from its start. */
class VerdictReaderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final VerdictKey key = VerdictSourceContract.question("leaf").key();
  private final VerdictCache cache = new VerdictCache(InstantSource.system(), 1 << 20);
  private final Questions<VerdictKey, CertificateVerdict> questions =
      new Questions<>(
          new Questions.Kind("t", 10, 10, false, false, Duration.ZERO, Duration.ZERO),
          (topic, key, value, done) -> done.accept(null));
  private final VerdictReader reader = new VerdictReader(cache, questions);
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private Future<Questions.Reply<CertificateVerdict>> waiting = ask();

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  private Future<Questions.Reply<CertificateVerdict>> ask() {
    var asked =
        new Questions.Question<VerdictKey>(
            key, "", PATIENCE, PATIENCE.dividedBy(2), CertificateRequest::getDefaultInstance);
    Future<Questions.Reply<CertificateVerdict>> caller =
        callers.submit(() -> questions.await(asked, () -> cache.get(key), PATIENCE));
    await().until(() -> questions.isOpen(key));
    return caller;
  }

  private void assertAnswered(CertificateVerdict verdict) throws Exception {
    assertThat(waiting.get().answer()).isEqualTo(verdict);
  }

  private void assertNotAnswered() {
    assertThat(questions.isOpen(key)).isTrue();
  }

  private void take(VerdictRecord content) {
    reader.take(
        new ConsumerRecord<>(Topics.CERTIFICATE_VERDICTS, 0, 0, "any", content.toByteArray()));
  }

  private void announce(String distrusted) {
    take(
        VerdictRecord.newBuilder()
            .setAnchors(
                AnchorSetAnnouncement.newBuilder()
                    .setAnchors(AnchorSetReference.newBuilder().setVersion("1"))
                    .setDistrustVersion(distrusted))
            .build());
  }

  private CertificateVerdict answer(String distrusted) {
    CertificateVerdict verdict =
        TestJudge.good(key.bytes(), "1", Duration.ofMinutes(1)).toBuilder()
            .setDistrustVersion(distrusted)
            .build();
    take(VerdictRecord.newBuilder().setVerdict(verdict).build());
    return verdict;
  }

  @Test
  void oldAnnouncementsThatAreReadLaterTakeNoAnswerAway() throws Exception {
    reader.begin();
    CertificateVerdict verdict = answer("now");
    announce("long ago");
    announce("now");
    assertNotAnswered();
    reader.complete();
    assertAnswered(verdict);
    assertThat(cache.get(key)).isEqualTo(verdict);
  }

  @Test
  void theNewestAnnouncementDoes() throws Exception {
    reader.begin();
    announce("before");
    CertificateVerdict verdict = answer("before");
    announce("now");
    reader.complete();
    assertNotAnswered();
    assertThat(cache.get(key)).isNull();
    // The judge was ahead of its announcement.
    announce("before");
    assertAnswered(verdict);
  }

  @Test
  void whatIsReadBeforeSomebodyWaitsAnswersToo() throws Exception {
    waiting.cancel(true);
    await().until(() -> !questions.isOpen(key) || waiting.isDone());
    reader.begin();
    CertificateVerdict verdict = answer("now");
    waiting = ask();
    announce("now");
    reader.complete();
    assertAnswered(verdict);
  }

  @Test
  void aVerdictOfTheLogThatHasEndedAnswersNobody() {
    reader.begin();
    announce("now");
    CertificateVerdict ended =
        TestJudge.good(key.bytes(), "1", Duration.ofMinutes(-1)).toBuilder()
            .setDistrustVersion("now")
            .build();
    take(VerdictRecord.newBuilder().setVerdict(ended).build());
    reader.complete();
    announce("another");
    announce("now");
    assertNotAnswered();
  }
}
