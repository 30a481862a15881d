package io.postern.certificate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A is presented, and B is to replace it. */
class TlsaChangeTest {
  @ParameterizedTest(name = "{0}: accepted {1}, add {2}, obsolete {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''             | false | ''   | ''",
        "A311           | false | B311 | ''",
        "A311 B311      | true  | ''   | ''",
        "A312           | false | B312 | ''",
        "A312 B311      | false | B312 | ''", // the stronger digest counts alone
        "CA211          | true  | ''   | ''",
        "A311 B311 C311 | true  | ''   | C311",
        "C311           | false | B311 | C311",
        "A111           | false | B311 | A111",
      })
  void table(String published, boolean accepted, String add, String obsolete) {
    IngressKey coming = KeyLab.key("B", true, null);
    List<IngressKey> keys = new ArrayList<>(KeyLab.keys("A", ""));
    keys.add(coming);
    Instant now = Instant.now();
    TlsaChange change =
        TlsaChange.of(KeyLab.HOST, KeyLab.answer(published, true), coming, keys, now, true, now);
    assertThat(change.accepted()).isEqualTo(accepted);
    assertThat(change.from()).isEqualTo(accepted ? now : null);
    assertThat(change.add()).isEqualTo(lines(add));
    assertThat(change.obsolete()).isEqualTo(lines(obsolete));
  }

  private static List<String> lines(String words) {
    return KeyLab.words(words).stream()
        .map(word -> "_25._tcp.mx.contoso.example. 1800 IN TLSA " + KeyLab.tlsa(word))
        .toList();
  }
}
