package io.postern.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateNamesTest {
  @ParameterizedTest
  @CsvSource({
    "mail.contoso.com, mail.contoso.com, true",
    "Mail.Contoso.com., mail.contoso.COM, true",
    "mail.contoso.com, contoso.com, false",
    "contoso.com, mail.contoso.com, false",
    "*.contoso.com, mail.contoso.com, false",
    "*.contoso.com, *.contoso.com, true",
    "*.contoso.com, contoso.com, false",
    "*.contoso.com, a.b.contoso.com, false",
    "*.contoso.com, .contoso.com, false",
    "*.contoso.com, mail.evilcontoso.com, false",
    "mail.contoso.com, *.contoso.com, true",
    "a.mail.contoso.com, *.contoso.com, false",
    "contoso.com, *.com, false",
    "*.com, contoso.com, false",
    "mail.contoso.com, m*.contoso.com, false",
    "mail.contoso.com, *, false",
    "*, mail.contoso.com, false",
    "*.contoso.com, *.mail.contoso.com, false",
    "'', mail.contoso.com, false",
    "'', '', false",
  })
  void aHostHasTheNameOrTheCertificatesWildcardCoversItsFirstLabel(
      String host, String name, boolean expected) {
    assertThat(CertificateNames.matches(host, List.of("other.example", name))).isEqualTo(expected);
  }

  /** New-InboundConnector, TlsSenderCertificateName; New-OutboundConnector, Example 1. */
  @ParameterizedTest
  @CsvSource({
    "mail.contoso.com, Mail.Contoso.COM, true",
    "mail.contoso.com, *.contoso.com, true",
    "mail.contoso.com, contoso.com, false",
    "contoso.com, mail.contoso.com, false",
    "a.mail.contoso.com, *.contoso.com, false",
    "*.contoso.com, contoso.com, true",
    "*.contoso.com, mail.contoso.com, true",
    "*.contoso.com, mx1.eu.contoso.com, true",
    "*.contoso.com, *.contoso.com, true",
    "*.contoso.com, *.eu.contoso.com, true",
    "*.eu.contoso.com, *.contoso.com, false",
    "*.eu.contoso.com, contoso.com, false",
    "*.contoso.com, *.com, false",
    "*.contoso.com, mail.evilcontoso.com, false",
    "*.contoso.com, evilcontoso.com, false",
    "*.contoso.com, contoso.com.evil.example, false",
    "*.com, contoso.com, false",
    "*.com, *.com, true",
    "*, mail.contoso.com, false",
    "'', mail.contoso.com, false",
    "'', '', false",
  })
  void aFieldWithAWildcardIsTheDomainAndAllItsSubdomains(
      String field, String name, boolean expected) {
    assertThat(CertificateNames.fits(field, List.of("other.example", name))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "san, mail.contoso.com|*.contoso.com",
    "cn-only, mail.contoso.com",
    "san-without-dns, mail.contoso.com",
    "cn-no-name, ''",
    "cn-kelvin-sign, ''",
    "san-bad-names, ''",
  })
  void takesTheAlternativeNamesAndOnlyWithoutThemTheCommonName(String file, String names)
      throws Exception {
    assertThat(String.join("|", CertificateNames.of(certificate(file)))).isEqualTo(names);
  }

  @Test
  void aMatchNeedsTheSameDomainBehindTheFirstLabelWhateverTheNames() {
    Random random = new Random(3);
    String alphabet = "ab*..-A";
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, alphabet);
      String name = text(random, alphabet);
      String wanted = DomainNames.normal(pattern);
      String presented = DomainNames.normal(name);
      boolean sameParent =
          wanted.equals(presented)
              || DomainNames.parent(wanted).equals(DomainNames.parent(presented));
      if (CertificateNames.matches(pattern, List.of(name))) {
        assertThat(sameParent).as("%s against %s", pattern, name).isTrue();
      }
      if (CertificateNames.fits(pattern, List.of(name))) {
        assertThat(
                sameParent
                    || wanted.startsWith("*.") && ("." + presented).endsWith(wanted.substring(1)))
            .as("%s for the field %s", name, pattern)
            .isTrue();
      }
    }
  }

  private static String text(Random random, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static X509Certificate certificate(String file) throws Exception {
    try (InputStream pem = CertificateNamesTest.class.getResourceAsStream(file + ".pem")) {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509").generateCertificate(Objects.requireNonNull(pem));
    }
  }
}
