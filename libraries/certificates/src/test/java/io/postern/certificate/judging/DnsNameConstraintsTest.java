package io.postern.certificate.judging;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.contracts.v1.VerdictReason;
import io.postern.names.CertificateNames;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A name that a connector may trust is one that every CA above the leaf may issue for. */
class DnsNameConstraintsTest {
  private enum Constrains {
    ANCHOR,
    UPPER_CA,
    ISSUER
  }

  private static GeneralSubtree @Nullable [] subtrees(String domains) {
    return domains.isEmpty()
        ? null
        : Stream.of(domains.split(" ", -1))
            .map(domain -> new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain)))
            .toArray(GeneralSubtree[]::new);
  }

  /** {@code CN=x} without an alternative name, or {@code dns:x}. */
  private static CertificateMaker leaf(String name) {
    String text = name.substring(name.startsWith("CN=") ? 3 : 4);
    return name.startsWith("CN=")
        ? CertificateMaker.leaf(text).without(Extension.subjectAlternativeName)
        : CertificateMaker.leaf("leaf")
            .with(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, text)));
  }

  private record Judged(PathRules.@Nullable BrokenRule broken, List<String> names) {}

  private static Judged judged(Constrains who, NameConstraints says, String name) {
    CertificateMaker root = CertificateMaker.ca("Root CA");
    CertificateMaker upper = CertificateMaker.ca("Upper CA");
    CertificateMaker issuer = CertificateMaker.ca("Issuing CA");
    CertificateMaker constrains =
        switch (who) {
          case ANCHOR -> root;
          case UPPER_CA -> upper;
          case ISSUER -> issuer;
        };
    constrains.with(Extension.nameConstraints, true, says);
    Made anchor = root.make();
    Made second = upper.by(anchor).make();
    Made third = issuer.by(second).make();
    Made leaf = leaf(name).by(third).make();
    return new Judged(
        PathRules.firstBroken(
            new CandidatePath(
                List.of(leaf.certificate(), third.certificate(), second.certificate()),
                anchor.certificate()),
            new PathRules.Question(Purpose.SERVER, PolicyInputs.NONE, Instant.now())),
        CertificateNames.of(leaf.certificate().x509()));
  }

  @ParameterizedTest
  @CsvSource({
    // permitted, excluded, the leaf's name
    "partner.example, '', CN=mail.bank.example",
    "partner.example, '', CN=*.bank.example",
    "partner.example, '', CN=mail.bank.example.",
    "partner.example, '', CN=*.bank.example.",
    "partner.example, '', dns:mail.bank.example.",
    "partner.example, '', dns:*.bank.example",
    "partner.example, '', dns:mail.evilpartner.example",
    "mail.partner.example, '', dns:*.partner.example",
    "'', bank.example, CN=mail.bank.example",
    "'', bank.example, CN=*.bank.example",
    "'', bank.example, CN=mail.bank.example.",
    "'', bank.example, dns:mail.bank.example.",
    "'', bank.example, dns:bank.example.",
    "'', bank.example., dns:mail.bank.example",
    "'', .bank.example, dns:mail.bank.example",
    "'', BANK.example, CN=*.Bank.Example",
    "'', mail.bank.example, dns:*.bank.example", // stands for it
    "partner.example, mail.partner.example, CN=mail.partner.example.",
  })
  void aNameThatACaMayNotIssueForIsRefused(String permitted, String excluded, String name) {
    for (Constrains who : Constrains.values()) {
      Judged judged =
          judged(who, new NameConstraints(subtrees(permitted), subtrees(excluded)), name);
      assertThat(judged.names()).isNotEmpty();
      assertThat(Objects.requireNonNull(judged.broken(), name + " by " + who).problem().reason())
          .isEqualTo(VerdictReason.NAME_CONSTRAINT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "partner.example, '', CN=mail.partner.example",
    "partner.example, '', CN=partner.example",
    "partner.example, '', CN=*.partner.example",
    "partner.example, '', CN=mail.partner.example.",
    "partner.example bank.example, '', dns:mail.bank.example",
    "'', mail.bank.example, dns:*.mail2.bank.example",
    "'', mail.bank.example, dns:smtp.bank.example",
    "'', bank.example, dns:mail.mybank.example",
  })
  void aNameThatAllMayIssueForIsGood(String permitted, String excluded, String name) {
    for (Constrains who : Constrains.values()) {
      Judged judged =
          judged(who, new NameConstraints(subtrees(permitted), subtrees(excluded)), name);
      assertThat(judged.names()).isNotEmpty();
      assertThat(judged.broken()).as("by %s", who).isNull();
    }
  }

  /** The sign of the Kelvin becomes a k in lower case; to PKIX it is no name, so none to us. */
  @ParameterizedTest
  @CsvSource({"partner.example, ''", "'', bank.example"})
  void aNameThatIsNotAsciiIsNone(String permitted, String excluded) {
    NameConstraints says = new NameConstraints(subtrees(permitted), subtrees(excluded));
    assertThat(judged(Constrains.ISSUER, says, "CN=mail.ban\u212a.example").names()).isEmpty();
  }
}
