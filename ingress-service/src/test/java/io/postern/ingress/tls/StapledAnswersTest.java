package io.postern.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OcspStaple;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.log.certificates.OcspStaples;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class StapledAnswersTest {
  private static final Instant T = Instant.parse("2026-11-27T10:00:00Z");

  @Test
  void aCertificateGetsTheAnswerAboutItselfWhileItHoldsAndNeverAStaleOne() {
    Identity ours = TestServer.CA.issue(Issue.to("mx.postern.example"));
    Identity other = TestServer.CA.issue(Issue.to("mx2.postern.example"));
    byte[] response = {1, 2, 3};
    OcspStaple staple =
        OcspStaple.newBuilder()
            .setLeafFingerprint(ByteString.copyFrom(Fingerprints.sha256(ours.der().getFirst())))
            .setResponse(ByteString.copyFrom(response))
            .setThisUpdateMillis(T.toEpochMilli())
            .setNextUpdateMillis(T.plus(Duration.ofHours(2)).toEpochMilli())
            .build();
    OcspStaples known = new OcspStaples();
    known.begin();
    known.take(
        new ConsumerRecord<>(
            Topics.CERTIFICATE_STAPLES, 0, 0, OcspStaples.key(staple), staple.toByteArray()));
    known.complete();

    StapledAnswers now = new StapledAnswers(known, () -> T.plusSeconds(60));
    assertThat(now.staple(ours.leaf())).isEqualTo(response);
    assertThat(now.staple(other.leaf())).isEmpty();
    assertThat(new StapledAnswers(known, () -> T.plus(Duration.ofHours(2))).staple(ours.leaf()))
        .isEmpty();
  }
}
