package io.postern.certificate.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.v1.VerdictReason;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 5280 §4.2.1.10, of kinds that are not processed. */
class UnderstoodConstraintsTest {
  private static GeneralName name(String kind) {
    ASN1ObjectIdentifier oid = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");
    return switch (kind) {
      case "otherName" ->
          new GeneralName(
              GeneralName.otherName,
              new DERSequence(
                  new ASN1Encodable[] {
                    oid, new DERTaggedObject(true, 0, new DERUTF8String("somebody"))
                  }));
      case "registeredID" -> new GeneralName(GeneralName.registeredID, oid);
      case "x400Address" -> new GeneralName(GeneralName.x400Address, new DERSequence());
      case "directoryName" -> new GeneralName(new X500Name("CN=mail.contoso.com"));
      case "dNSName" -> new GeneralName(GeneralName.dNSName, "contoso.com");
      case "iPAddress" -> new GeneralName(GeneralName.iPAddress, "192.0.2.0/24");
      case "rfc822Name" -> new GeneralName(GeneralName.rfc822Name, "contoso.com");
      case "uniformResourceIdentifier" ->
          new GeneralName(GeneralName.uniformResourceIdentifier, ".contoso.com");
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static PathRules.@Nullable BrokenRule broken(
      boolean critical, boolean ofAnchor, NameConstraints says) {
    CertificateMaker root = CertificateMaker.ca("root");
    CertificateMaker intermediate = CertificateMaker.ca("ca");
    (ofAnchor ? root : intermediate).with(Extension.nameConstraints, critical, says);
    Made anchor = root.make();
    Made ca = intermediate.by(anchor).make();
    Made leaf = CertificateMaker.leaf("mail.contoso.com").by(ca).make();
    return PathRules.firstBroken(
        new CandidatePath(List.of(leaf.certificate(), ca.certificate()), anchor.certificate()),
        new PathRules.Question(Purpose.SERVER, PolicyInputs.NONE, Instant.now()));
  }

  /**
   * RFC 5280's form is malformed to the JDK, which says so of a critical extension only, and the
   * JDK's form to Bouncy Castle.
   */
  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void aCertificateThatConstrainsEdiPartyNamesIsNotAccepted(boolean explicit, boolean critical) {
    ASN1Encodable party =
        explicit ? new DERUTF8String("a") : new DEROctetString(new byte[] {0x0c, 1, 'a'});
    GeneralName name =
        new GeneralName(
            GeneralName.ediPartyName, new DERSequence(new DERTaggedObject(explicit, 1, party)));
    NameConstraints says =
        new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(name)}, null);
    if (explicit && !critical) {
      assertThat(broken(false, false, says)).isNotNull();
    } else {
      assertThatThrownBy(() -> broken(critical, false, says))
          .hasCauseInstanceOf(UnusableCertificateException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "otherName, false",
    "x400Address, false",
    "registeredID, false",
    "directoryName, true",
    "dNSName, true",
    "iPAddress, true",
    "rfc822Name, true",
    "uniformResourceIdentifier, true",
  })
  void aKindThatIsNotProcessedIsRefusedWhoeverConstrains(String kind, boolean processed) {
    GeneralSubtree subtree = new GeneralSubtree(name(kind));
    for (boolean critical : new boolean[] {true, false}) {
      for (boolean ofAnchor : new boolean[] {true, false}) {
        // Permitted with a directoryName would bind the CA's own name too: that is another rule.
        if (!kind.equals("directoryName")) {
          check(
              kind,
              processed,
              broken(
                  critical, ofAnchor, new NameConstraints(new GeneralSubtree[] {subtree}, null)));
        }
        if (!kind.equals("dNSName") && !kind.equals("directoryName")) {
          check(
              kind,
              processed,
              broken(
                  critical, ofAnchor, new NameConstraints(null, new GeneralSubtree[] {subtree})));
        }
      }
    }
  }

  private static void check(String kind, boolean processed, PathRules.@Nullable BrokenRule broken) {
    if (processed) {
      assertThat(broken).as(kind).isNull();
    } else {
      assertThat(Objects.requireNonNull(broken, kind).problem().reason())
          .isEqualTo(VerdictReason.NAME_CONSTRAINT);
      assertThat(broken.problem().detail())
          .contains("a name constraint of the kind " + kind + ", which is not processed");
    }
  }

  @ParameterizedTest
  @CsvSource({"1, ", "0, 5"})
  void aMinimumOrAMaximumIsRefused(int minimum, BigInteger maximum) {
    GeneralSubtree subtree =
        new GeneralSubtree(name("dNSName"), BigInteger.valueOf(minimum), maximum);
    for (boolean ofAnchor : new boolean[] {true, false}) {
      PathRules.BrokenRule broken =
          broken(true, ofAnchor, new NameConstraints(new GeneralSubtree[] {subtree}, null));
      assertThat(Objects.requireNonNull(broken).problem().detail())
          .contains("a minimum or a maximum, which is not processed");
    }
  }
}
