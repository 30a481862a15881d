package io.postern.certificate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** RFC 7671 §8.1: two TTLs between the coming key's record and the key. */
class SeenRecordsTest {
  private static final Duration TWO_TTLS = Duration.ofSeconds(2 * KeyLab.TTL);

  private final SeenRecords seen = new SeenRecords();
  private Instant now = Instant.parse("2027-01-01T00:00:00Z");

  private ComingCertificate coming(String published, String presented, Instant planned) {
    return coming(Map.of(KeyLab.HOST, KeyLab.answer(published, true)), presented, planned);
  }

  private ComingCertificate coming(Map<String, Answer> hosts, String presented, Instant planned) {
    List<IngressKey> keys =
        List.of(KeyLab.key(presented, false, null), KeyLab.key("B", true, planned));
    return seen.of(hosts, keys, now).getFirst();
  }

  @Test
  void aKeyWithoutARecordMustNotBePresented() {
    ComingCertificate coming = coming("A311", "A", now.plus(Duration.ofDays(30)));
    assertThat(coming.from()).isNull();
    assertThat(coming.tooEarly()).isTrue();
    assertThat(coming.note()).contains(KeyLab.HOST);
  }

  @Test
  void twoTtlsAfterTheRecordWasSeen() {
    Instant first = now;
    Instant planned = first.plus(TWO_TTLS);
    assertThat(coming("A311 B311", "A", planned).from()).isEqualTo(first.plus(TWO_TTLS));
    assertThat(coming("A311 B311", "A", planned).tooEarly()).isFalse();
    assertThat(coming("A311 B311", "A", planned.minusSeconds(1)).tooEarly()).isTrue();
    now = first.plusSeconds(60);
    assertThat(coming("A311 B311", "A", planned).from()).isEqualTo(first.plus(TWO_TTLS));
    now = first.plus(TWO_TTLS).plusSeconds(1);
    assertThat(coming("A311 B311", "A", planned).from()).isEqualTo(now);
  }

  @Test
  void withoutASignatureTheZonesTtlIsNotKnown() {
    Answer unproven = KeyLab.answer("A311 B311", false);
    assertThat(coming(Map.of(KeyLab.HOST, unproven), "A", now).from())
        .isEqualTo(now.plus(Duration.ofDays(2)));
  }

  @Test
  void aRecordThatWasTakenAwayBeginsAnew() {
    coming("A311 B311", "A", now);
    now = now.plus(TWO_TTLS);
    coming("A311", "A", now);
    now = now.plusSeconds(1);
    assertThat(coming("A311 B311", "A", now).from()).isEqualTo(now.plus(TWO_TTLS));
  }

  @Test
  void whereNobodyAsksForAProofAKeyMayBePresentedAtOnce() {
    assertThat(coming("", "A", now).from()).isEqualTo(now);
    assertThat(coming("CA211", "A", now).from()).isEqualTo(now);
    assertThat(coming("B311", "B", now).from()).isEqualTo(now);
  }

  @Test
  void theLastOfOurHostsDecides() {
    Answer without = KeyLab.answer("A311", true);
    Answer silent = new Answer(null, "no answer", false);
    Answer with = KeyLab.answer("A311 B311", true);
    assertThat(coming(Map.of("one", with, "two", without), "A", now).from()).isNull();
    assertThat(coming(Map.of("one", with, "two", silent), "A", now).from()).isNull();
    assertThat(coming(Map.of("one", with, "two", with), "A", now).from())
        .isEqualTo(now.plus(TWO_TTLS));
  }
}
