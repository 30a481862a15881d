package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Topics;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictRecord;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Answers that come while the log is still read from its start. */
class VerdictReaderTest {
  private final VerdictKey key = VerdictSourceContract.question("leaf").key();
  private final VerdictCache cache = new VerdictCache(InstantSource.system());
  private final PendingVerdicts pending = new PendingVerdicts();
  private final VerdictReader reader = new VerdictReader(cache, pending.byKey());
  private final PendingVerdict waiting = pending.enter(key);

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
  void oldAnnouncementsThatAreReadLaterTakeNoAnswerAway() {
    reader.begin();
    CertificateVerdict verdict = answer("now");
    announce("long ago");
    announce("now");
    assertThat(waiting.answer()).as("the newest is not read yet").isNotDone();
    reader.complete();
    assertThat(waiting.answer()).isCompletedWithValue(verdict);
    assertThat(cache.get(key)).isEqualTo(verdict);
  }

  @Test
  void theNewestAnnouncementDoes() {
    reader.begin();
    announce("before");
    CertificateVerdict verdict = answer("before");
    announce("now");
    reader.complete();
    assertThat(waiting.answer()).isNotDone();
    assertThat(cache.get(key)).isNull();
    // The judge was ahead of its announcement.
    announce("before");
    assertThat(waiting.answer()).isCompletedWithValue(verdict);
  }

  @Test
  void whatIsReadBeforeSomebodyWaitsAnswersToo() {
    pending.leave(key, waiting);
    reader.begin();
    CertificateVerdict verdict = answer("now");
    PendingVerdict later = pending.enter(key);
    announce("now");
    reader.complete();
    assertThat(later.answer()).isCompletedWithValue(verdict);
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
    assertThat(waiting.answer()).isNotDone();
  }
}
