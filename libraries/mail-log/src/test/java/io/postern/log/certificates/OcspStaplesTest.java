package io.postern.log.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OcspStaple;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OcspStaplesTest {
  private static final Instant T = Instant.parse("2026-11-27T10:00:00Z");
  private static final byte[] LEAF = {1, 2, 3};

  private final OcspStaples staples = new OcspStaples();

  private static OcspStaple staple(byte[] leaf, Instant from, Duration life) {
    return OcspStaple.newBuilder()
        .setLeafFingerprint(ByteString.copyFrom(leaf))
        .setResponse(ByteString.copyFromUtf8("answer of " + from))
        .setThisUpdateMillis(from.toEpochMilli())
        .setNextUpdateMillis(from.plus(life).toEpochMilli())
        .build();
  }

  private void take(String key, byte @Nullable [] value) {
    staples.take(new ConsumerRecord<>(Topics.CERTIFICATE_STAPLES, 0, 0, key, value));
  }

  private void take(OcspStaple staple) {
    take(OcspStaples.key(staple), staple.toByteArray());
  }

  @Test
  void anAnswerCountsFromItsBeginningUntilShortlyBeforeItsEnd() {
    OcspStaple staple = staple(LEAF, T, Duration.ofHours(4));
    staples.begin();
    take(staple);
    staples.complete();
    Instant end = T.plus(Duration.ofHours(4)).minus(OcspStaples.MARGIN);
    assertThat(staples.current(LEAF, T.minusMillis(1))).isEmpty();
    assertThat(staples.current(LEAF, T)).contains(staple);
    assertThat(staples.current(LEAF, end.minusMillis(1))).contains(staple);
    assertThat(staples.current(LEAF, end)).isEmpty();
    assertThat(staples.current(new byte[] {1, 2}, T)).isEmpty();
  }

  @Test
  void anOlderAnswerThatComesLaterDoesNotReplaceANewerOne() {
    OcspStaple newer = staple(LEAF, T.plusSeconds(60), Duration.ofHours(4));
    staples.begin();
    staples.complete();
    take(newer);
    take(staple(LEAF, T, Duration.ofDays(4)));
    assertThat(staples.newest(LEAF)).contains(newer);
  }

  @Test
  void theLastAnswersStayInUseWhileTheTopicIsReadAgain() {
    OcspStaple staple = staple(LEAF, T, Duration.ofHours(4));
    staples.begin();
    take(staple);
    assertThat(staples.newest(LEAF)).as("not read to its end").isEmpty();
    staples.complete();
    staples.begin();
    assertThat(staples.newest(LEAF)).contains(staple);
    staples.complete();
    assertThat(staples.newest(LEAF)).as("it is not in the topic any more").isEmpty();
  }

  @Test
  void aRemovedAnswerAnotherKeysAndGarbageDoNotCount() {
    OcspStaple staple = staple(LEAF, T, Duration.ofHours(4));
    staples.begin();
    staples.complete();
    take("ff", staple.toByteArray());
    take(OcspStaples.key(staple), new byte[] {1, 2, 3});
    assertThat(staples.newest(LEAF)).isEmpty();
    take(staple);
    take(OcspStaples.key(staple), null);
    assertThat(staples.newest(LEAF)).isEmpty();
  }

  @Test
  void noMoreThanTheBoundAreKept() {
    staples.begin();
    staples.complete();
    for (int i = 0; i <= OcspStaples.MOST; i++) {
      take(staple(new byte[] {(byte) i, (byte) (i >> 8), 7}, T, Duration.ofHours(4)));
    }
    int last = OcspStaples.MOST;
    assertThat(staples.newest(new byte[] {0, 0, 7})).isPresent();
    assertThat(staples.newest(new byte[] {(byte) last, (byte) (last >> 8), 7})).isEmpty();
  }
}
