package io.postern.certificate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.dns.DnsRow.State;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7671 §8: published records beside presented and coming keys. */
class TlsaRowTest {
  @ParameterizedTest(name = "{0} | presented {1} | coming {2} | proven {3}: {4}")
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        // published      | now | coming | proven | state         | add         | remove
        "''               | A   | ''     | true   | MISSING         | A311        | ''",
        "''               | A   | B      | true   | MISSING         | A311 B311   | ''",
        "''               | A B | ''     | true   | MISSING         | A311 B311   | ''",
        "''               | ''  | ''     | true   | UNKNOWN         | ''          | ''",
        "A311             | A   | ''     | true   | OK              | ''          | ''",
        "A311             | A   | ''     | false  | OK              | ''          | ''",
        "A311 B311        | A   | B      | true   | OK              | ''          | ''",
        // The coming key first, and two TTLs before it is presented.
        "A311             | A   | B      | true   | MUST_COME_FIRST | B311        | ''",
        // The key was changed first: senders with DANE refuse.
        "A311             | B   | ''     | true   | REFUSED         | B311        | A311",
        "A311             | B   | ''     | false  | DIFFERS         | B311        | A311",
        "A311             | B   | C      | true   | REFUSED         | B311 C311   | A311",
        "B311             | A   | B      | true   | REFUSED         | A311        | ''",
        // One replica of two has a key that is in no record.
        "A311             | A B | ''     | true   | REFUSED         | B311        | ''",
        // What was presented before goes when nobody presents it any more.
        "A311 C311        | A   | ''     | true   | DIFFERS         | ''          | C311",
        "A311 C311        | A   | B      | true   | MUST_COME_FIRST | B311        | C311",
        "C311             | A   | ''     | true   | REFUSED         | A311        | C311",
        // Parameters stay those that are published; a stronger digest counts alone.
        "A312             | A   | B      | true   | MUST_COME_FIRST | B312        | ''",
        "A312 B311        | A   | B      | true   | MUST_COME_FIRST | B312        | ''",
        "A301             | A   | B      | true   | MUST_COME_FIRST | B301        | ''",
        // An authority's record names all that it issues.
        "CA211            | A   | B      | true   | OK              | ''          | ''",
        // Usages 0 and 1 cannot authenticate.
        "A311 A111        | A   | ''     | true   | DIFFERS         | ''          | A111",
        "A111             | A   | ''     | true   | REFUSED         | A311        | A111",
        // Nothing to compare with.
        "A311             | ''  | ''     | true   | UNKNOWN         | ''          | ''",
        "A311             | ''  | B      | true   | UNKNOWN         | ''          | ''",
      })
  void table(
      String published,
      String presented,
      String coming,
      boolean proven,
      State state,
      String add,
      String remove) {
    DnsRow row =
        TlsaRow.of(
            KeyLab.HOST,
            KeyLab.answer(published, proven),
            KeyLab.keys(presented, coming),
            Instant.now());
    assertThat(row.state()).isEqualTo(state);
    long ttl = published.isEmpty() ? 3600 : KeyLab.TTL;
    assertThat(row.add()).isEqualTo(lines(add, ttl));
    assertThat(row.remove()).isEqualTo(lines(remove, ttl));
    assertThat(row.proven()).isEqualTo(proven);
    assertThat(row.published()).hasSize(KeyLab.words(published).size());
  }

  private static List<String> lines(String words, long ttl) {
    return KeyLab.words(words).stream()
        .map(word -> "_25._tcp.mx.contoso.example. " + ttl + " IN TLSA " + KeyLab.tlsa(word))
        .toList();
  }

  @Test
  void aFailureIsNoDenialAndABogusAnswerKeepsSendersAway() {
    List<IngressKey> keys = KeyLab.keys("A", "");
    DnsRow silent =
        TlsaRow.of(KeyLab.HOST, new Answer(null, "no answer", false), keys, Instant.now());
    assertThat(silent.state()).isEqualTo(State.UNKNOWN);
    assertThat(silent.note()).contains("no answer");
    DnsRow bogus = TlsaRow.of(KeyLab.HOST, new Answer(null, "bogus", true), keys, Instant.now());
    assertThat(bogus.state()).isEqualTo(State.REFUSED);
  }
}
