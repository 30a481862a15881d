package io.postern.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CertificateIndexTest {
  @Test
  void theIndexFindsExactlyWhatMatches() {
    Random random = new Random(4);
    for (int round = 0; round < 300; round++) {
      CertificateIndex index = new CertificateIndex();
      List<InboundEntry> entries =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      new InboundEntry(
                          Sample.onPremisesIn(
                                  "contoso",
                                  "c" + i,
                                  c -> c.setTlsSenderCertificateName(text(random, "ab*...")))
                              .getInboundConnector()))
              .filter(entry -> !entry.certificateName.isEmpty())
              .toList();
      entries.forEach(index::add);
      String presented = DomainNames.normal(text(random, "ab*..."));
      assertThat(index.find(presented))
          .as(presented)
          .containsExactlyInAnyOrderElementsOf(
              entries.stream()
                  .filter(e -> CertificateNames.matches(e.certificateName, presented))
                  .toList());
    }
  }

  private static String text(Random random, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
