package io.postern.rules.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainPatternTest {
  @ParameterizedTest
  @CsvSource({
    "contoso.com, contoso.com, true",
    "contoso.com, a.contoso.com, false",
    "*.contoso.com, contoso.com, true",
    "*.contoso.com, a.b.contoso.com, true",
    "*.contoso.com, evilcontoso.com, false",
    "*, anything.example, true",
    "smtp:*;1, anything.example, true",
    "smtp:contoso.com;5, contoso.com, true",
    "smtp:contoso.com, contoso.com, true",
  })
  void matchesAsExchangesSenderDomains(String pattern, String domain, boolean expected) {
    assertThat(DomainPattern.parse(pattern).matches(domain)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*.",
        "a.*.com",
        "*a.com",
        "**",
        "*.*",
        "Contoso.com",
        "-a.com",
        "a-.com",
        "a..com",
        "a.com.",
        "bücher.example",
        "a b.com",
        "smtp:;1"
      })
  void refusesEmbeddedWildcardsAndWhatIsNoDomain(String pattern) {
    assertThatThrownBy(() -> DomainPattern.parse(pattern))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theIndexFindsWhatAScanFindsMostSpecificFirstAndEachOnce() {
    Random random = new Random(5);
    String[] labels = {"a", "b", "c"};
    for (int round = 0; round < 2_000; round++) {
      DomainIndex<Object> index = new DomainIndex<>();
      List<Object> matching = new ArrayList<>();
      String domain = name(random, labels);
      for (int i = 0; i < 6; i++) {
        Object entry = new Object();
        List<DomainPattern> patterns =
            random
                .ints(2, 0, 3)
                .mapToObj(
                    kind ->
                        DomainPattern.parse(
                            kind == 0 ? "*" : (kind == 1 ? "*." : "") + name(random, labels)))
                .distinct()
                .toList();
        patterns.forEach(pattern -> index.add(pattern, entry));
        if (patterns.stream().anyMatch(pattern -> pattern.matches(domain))) {
          matching.add(entry);
        }
      }
      List<DomainIndex.Tier<Object>> tiers = index.find(domain);
      assertThat(tiers.stream().flatMap(tier -> tier.entries().stream()))
          .containsExactlyInAnyOrderElementsOf(matching);
      assertThat(tiers.stream().map(DomainIndex.Tier::pattern))
          .isSortedAccordingTo(
              Comparator.comparing(DomainPattern::kind)
                  .thenComparing(pattern -> -pattern.domain().length()));
    }
  }

  private static String name(Random random, String[] labels) {
    StringBuilder name = new StringBuilder(labels[random.nextInt(3)]);
    for (int more = random.nextInt(3); more > 0; more--) {
      name.append('.').append(labels[random.nextInt(3)]);
    }
    return name.toString();
  }
}
