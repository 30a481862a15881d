package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictResult;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class VerdictCacheTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final VerdictKey KEY = VerdictKey.of(new byte[32]);

  private final VerdictCache cache = new VerdictCache(InstantSource.fixed(NOW), 1 << 20);

  /** Partitions are read side by side: announcements of days may come behind today's verdict. */
  @Test
  void whileTheLogIsReadAnOldAnnouncementTakesNothingAway() {
    CertificateVerdict verdict = by("new");
    cache.put(KEY, verdict);
    cache.announce(announcement("old"));
    cache.announce(announcement("new"));
    assertThat(cache.get(KEY)).isNull();
    cache.ready(true);
    assertThat(cache.get(KEY)).isEqualTo(verdict);
  }

  @Test
  void whatTheLastAnnouncementVoidsIsGone() {
    cache.put(KEY, by("old"));
    cache.announce(announcement("old"));
    cache.announce(announcement("new"));
    cache.ready(true);
    assertThat(cache.get(KEY)).isNull();
    cache.announce(announcement("old"));
    assertThat(cache.get(KEY)).isNull();
  }

  @Test
  void onceTheLogIsReadAnAnnouncementVoidsAtOnce() {
    cache.ready(true);
    cache.put(KEY, by("old"));
    cache.announce(announcement("new"));
    cache.announce(announcement("old"));
    assertThat(cache.get(KEY)).isNull();
  }

  @Test
  void verdictsAreKeptWithinTheBoundInBytes() {
    cache.ready(true);
    int kept = 0;
    for (int i = 0; i < 5_000; i++) { // each counts for more than 400 octets
      cache.put(key(i), by("new"));
    }
    for (int i = 0; i < 5_000; i++) {
      kept += cache.get(key(i)) == null ? 0 : 1;
    }
    assertThat(kept).isBetween(1_000, (1 << 20) / 400);
  }

  private static VerdictKey key(int number) {
    return VerdictKey.of(ByteBuffer.allocate(32).putInt(number).array());
  }

  private static CertificateVerdict by(String version) {
    return CertificateVerdict.newBuilder()
        .setResult(VerdictResult.GOOD)
        .setAnchors(AnchorSetReference.newBuilder().setVersion(version))
        .setValidUntilMillis(NOW.plusSeconds(60).toEpochMilli())
        .build();
  }

  private static AnchorSetAnnouncement announcement(String version) {
    return AnchorSetAnnouncement.newBuilder()
        .setAnchors(AnchorSetReference.newBuilder().setVersion(version))
        .build();
  }
}
