package io.postern.certificate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.dns.TlsaChange;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TlsaOutcomesTest {
  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  private static List<Outcome> of(
      String failure, String published, boolean proven, @Nullable Instant from, String obsolete) {
    return TlsaOutcomes.of(
        List.of(
            new TlsaChange(
                "mx.contoso.example",
                failure,
                list(published),
                proven,
                from != null,
                from,
                from == null ? List.of("the line") : List.of(),
                list(obsolete),
                3600)),
        NOW);
  }

  private static List<String> list(String text) {
    return text.isEmpty() ? List.of() : List.of(text);
  }

  private static void only(List<Outcome> outcomes, Result result, String reason) {
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.getFirst().concerns()).isEqualTo("TLSA mx.contoso.example");
    assertThat(outcomes.getFirst().result()).isEqualTo(result);
    assertThat(outcomes.getFirst().reason()).contains(reason);
  }

  @Test
  void table() {
    only(of("no answer", "", true, null, ""), Result.CHECK, "unknown: no answer");
    only(of("", "", true, null, ""), Result.OK, "require nothing");
    only(of("", "3 1 1 aa", true, null, ""), Result.FAILS, "add the line, and wait 3600 s");
    only(of("", "3 1 1 aa", false, null, ""), Result.CHECK, "once the zone is signed");
    only(of("", "3 1 1 aa", true, NOW, ""), Result.OK, "a record names the new key");
    only(
        of("", "3 1 1 aa", true, NOW.plusSeconds(60), ""),
        Result.CHECK,
        "until 2027-01-01T00:01:00Z");
  }

  @Test
  void aRecordThatNamesNothingOfOursIsAFindingOfItsOwn() {
    List<Outcome> outcomes = of("", "3 1 1 aa", true, NOW, "old line");
    assertThat(outcomes).extracting(Outcome::result).containsExactly(Result.OK, Result.CHECK);
    assertThat(outcomes.getLast().reason()).contains("remove old line");
  }
}
