package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeenChainsTest {
  private static final Instant MONDAY = Instant.parse("2026-11-23T10:00:00Z");
  private static final Instant TUESDAY = MONDAY.plusSeconds(86_400);

  private final AtomicInteger dropped = new AtomicInteger();
  private final SeenChains seen = new SeenChains(dropped::incrementAndGet);

  private @Nullable Instant toRecord(String chain, OptionalLong known, Instant now) {
    return seen.toRecord(chain, "leaf of " + chain, known, now);
  }

  @Test
  void whatIsPutBehindALeafMakesFourChainsADayOfIt() {
    for (int day = 0; day < 2; day++) {
      Instant now = MONDAY.plusSeconds(86_400L * day);
      int recorded = 0;
      for (int i = 0; i < 100; i++) {
        String chain = "chain " + day + " " + i;
        recorded += seen.toRecord(chain, "leaf", OptionalLong.empty(), now) == null ? 0 : 1;
      }
      assertThat(recorded).isEqualTo(SeenChains.MOST_OF_A_LEAF);
    }
    assertThat(dropped).hasValue(192);
  }

  @Test
  void aChainIsRecordedOnceADayWithTheFirstTime() {
    assertThat(toRecord("a", OptionalLong.empty(), MONDAY)).isEqualTo(MONDAY);
    assertThat(toRecord("a", OptionalLong.empty(), MONDAY.plusSeconds(3600))).isNull();
    assertThat(toRecord("b", OptionalLong.empty(), MONDAY.plusSeconds(3600)))
        .isEqualTo(MONDAY.plusSeconds(3600));
    assertThat(toRecord("a", OptionalLong.empty(), TUESDAY)).isEqualTo(MONDAY);
    assertThat(dropped).hasValue(0);
  }

  @Test
  void aChainThatWasSeenBeforeARestartKeepsItsFirstTime() {
    Instant first = Instant.parse("2026-09-01T10:00:00Z");
    assertThat(toRecord("a", OptionalLong.of(first.toEpochMilli()), MONDAY)).isEqualTo(first);
  }

  @Test
  void aDayHasRoomForSoManyNewChainsAndForThoseThatAreKnown() {
    assertThat(toRecord("partner", OptionalLong.empty(), MONDAY)).isNotNull();
    for (int i = 0; i < SeenChains.MOST_NEW; i++) {
      assertThat(toRecord("stranger " + i, OptionalLong.empty(), TUESDAY)).isNotNull();
    }
    assertThat(toRecord("one more", OptionalLong.empty(), TUESDAY)).isNull();
    assertThat(toRecord("one more", OptionalLong.empty(), TUESDAY)).isNull();
    assertThat(dropped).hasValue(2);
    assertThat(toRecord("partner", OptionalLong.empty(), TUESDAY)).isEqualTo(MONDAY);
    assertThat(toRecord("in the log", OptionalLong.of(1), TUESDAY)).isNotNull();
    assertThat(toRecord("one more", OptionalLong.empty(), TUESDAY.plusSeconds(86_400))).isNotNull();
    assertThat(dropped).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource({
    "VERDICT_REASON_UNSPECIFIED, 3, true", // good
    "REVOKED,                    3, true",
    "REVOCATION_UNREACHABLE,     3, true",
    "EXTENDED_KEY_USAGE,         3, true",
    "EXPIRED,                    3, false",
    "NOT_YET_VALID,              3, false",
    "WEAK_KEY,                   3, false",
    "WEAK_SIGNATURE,             2, false",
    "TOO_COMPLEX,                3, false",
    "SELF_SIGNED,                0, false",
    "UNTRUSTED_ROOT,             0, false",
    "INCOMPLETE_CHAIN,           0, false",
    "BAD_SIGNATURE,              0, false",
    "MALFORMED,                  0, false",
    "UNAVAILABLE,                0, false",
  })
  void onlyAChainThatAnAnchorStandsForIsKept(VerdictReason reason, int path, boolean kept) {
    CertificateVerdict.Builder verdict = CertificateVerdict.newBuilder().setReason(reason);
    for (int i = 0; i < path; i++) {
      verdict.addPath(ByteString.copyFromUtf8("certificate " + i));
    }
    assertThat(SeenChains.isProved(verdict.build())).isEqualTo(kept);
  }
}
