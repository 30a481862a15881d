package io.postern.certificate;

import io.postern.contracts.Fingerprints;
import io.postern.names.CertificateNames;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;

/**
 * A certificate as an administrator knows it. Text is printable and bounded. Immutable.
 *
 * @param name common name of the subject; "": none
 * @param names DNS names, as a connector compares them
 * @param keyStrength such as "RSA 2048" or "EC P-256"
 * @param serialNumber hex
 * @param sha256 of the DER, hex in lower case; {@code sha1} is Windows' thumbprint
 */
public record CertificateFacts(
    String subject,
    String name,
    String organization,
    String organizationalUnit,
    String issuer,
    List<String> names,
    String keyStrength,
    String signatureAlgorithm,
    String serialNumber,
    String sha256,
    String sha1,
    Instant validFrom,
    Instant validTo) {

  public CertificateFacts {
    names = List.copyOf(names);
  }

  public static CertificateFacts of(ParsedCertificate certificate) {
    X500Name subject = certificate.holder().getSubject();
    return new CertificateFacts(
        certificate.shown(),
        first(subject, BCStyle.CN),
        first(subject, BCStyle.O),
        first(subject, BCStyle.OU),
        ParsedCertificate.printable(certificate.issuer().getName()),
        CertificateNames.of(certificate.x509()),
        keyStrength(certificate.key()),
        certificate.x509().getSigAlgName(),
        certificate.x509().getSerialNumber().toString(16),
        Fingerprints.hex(certificate.fingerprint()),
        Fingerprints.hex(certificate.sha1()),
        certificate.notBefore(),
        certificate.notAfter());
  }

  private static String first(X500Name name, ASN1ObjectIdentifier type) {
    RDN[] found = name.getRDNs(type);
    return found.length == 0
        ? ""
        : ParsedCertificate.printable(
            IETFUtils.valueToString(found[found.length - 1].getFirst().getValue()));
  }

  private static String keyStrength(@Nullable PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
      case ECPublicKey ec -> "EC P-" + ec.getParams().getCurve().getField().getFieldSize();
      case null -> "";
      default -> key.getAlgorithm();
    };
  }
}
