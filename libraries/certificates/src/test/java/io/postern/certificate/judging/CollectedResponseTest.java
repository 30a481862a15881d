package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static io.postern.certificate.CertificateMaker.rsa;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.revocation.ocsp.Responses;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A response without the certificate that it is about: its issuer must lead to an anchor. */
class CollectedResponseTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Made ROOT = ca("Root").make();

  private static String problem(Made issuer, Made... others) {
    byte[] response = Responses.revoked(leaf("a.example").by(issuer).make(), issuer);
    return new CollectedResponse(
            response,
            Stream.concat(Stream.of(issuer), Stream.of(others)).map(Made::der).toList(),
            List.of(ROOT.der()),
            Instant.now())
        .problem();
  }

  private static CertificateMaker issuing() {
    return ca("Issuing").by(ROOT);
  }

  @Test
  void byAnIssuerThatLeadsToAnAnchorItIsBelieved() {
    assertThat(problem(issuing().make())).isEmpty();
    assertThat(problem(ROOT)).isEmpty();
  }

  static Stream<Arguments> issuers() {
    Made zero = ca("Zero").by(ROOT).pathLength(0).make();
    Made old = ca("Old").by(ROOT).valid(DAY.multipliedBy(-9), DAY.negated()).make();
    Made weak = ca("Weak").by(ROOT).keys(rsa(1024)).make();
    return Stream.of(
        Arguments.of("of another root", ca("Issuing").by(ca("Root").make()).make(), List.of()),
        Arguments.of(
            "expired", issuing().valid(DAY.multipliedBy(-9), DAY.negated()).make(), List.of()),
        Arguments.of("not valid yet", issuing().valid(DAY, DAY.multipliedBy(9)).make(), List.of()),
        Arguments.of("below one that is expired", ca("I").by(old).make(), List.of(old)),
        Arguments.of("too deep", ca("I").by(zero).make(), List.of(zero)),
        Arguments.of("below one with a weak key", ca("I").by(weak).make(), List.of(weak)),
        Arguments.of("that is no CA", leaf("b.example").by(ROOT).make(), List.of()),
        Arguments.of("signed with SHA-1", issuing().algorithm("SHA1withECDSA").make(), List.of()),
        Arguments.of(
            "that may not issue",
            issuing()
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .make(),
            List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("issuers")
  void byAnyOtherItIsNot(String what, Made issuer, List<Made> others) {
    assertThat(problem(issuer, others.toArray(Made[]::new))).isNotEmpty();
  }
}
