package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Certificates at a caIssuers URL (RFC 5280 §4.2.2.1): one in DER, or several in a "certs-only" CMS
 * message; PEM, which the RFC does not allow and some serve, too. Stateless, any thread.
 */
final class IssuerContent {
  private static final int MOST = 10;

  private IssuerContent() {}

  static Content examine(byte[] body, EndpointProbe.About about) {
    List<ParsedCertificate> all = new ArrayList<>();
    try {
      Collection<? extends Certificate> read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(body));
      for (Certificate certificate : read) {
        if (all.size() == MOST) {
          break;
        }
        all.add(ParsedCertificate.parse(certificate.getEncoded()));
      }
    } catch (CertificateException | UnusableCertificateException | RuntimeException e) {
      // Hostile bytes reach the parser.
      return no("the content is not a usable certificate: " + e.getMessage());
    }
    if (all.isEmpty()) {
      return no("the content has no certificate");
    }
    return byIssuer(all, about.certificate(), about.now());
  }

  private static Content no(String reason) {
    return Content.nothing(EndpointStatus.NOT_A_CERTIFICATE, reason);
  }

  private static Content byIssuer(
      List<ParsedCertificate> all, ParsedCertificate certificate, Instant now) {
    List<ParsedCertificate> sorted = new ArrayList<>();
    for (ParsedCertificate candidate : all) {
      if (issued(candidate, certificate)) {
        sorted.add(candidate);
      }
    }
    if (sorted.isEmpty()) {
      return Content.nothing(
          EndpointStatus.WRONG_SIGNER,
          "the certificate there is not the issuer's, but " + all.getFirst());
    }
    ParsedCertificate issuer = sorted.getFirst();
    all.stream().filter(c -> !sorted.contains(c)).forEach(sorted::add);
    if (now.isAfter(issuer.notAfter())) {
      return Content.certificates(
          EndpointStatus.EXPIRED,
          "the issuer's certificate there was valid until " + issuer.notAfter(),
          sorted);
    }
    if (now.isBefore(issuer.notBefore())) {
      return Content.certificates(
          EndpointStatus.NOT_YET_VALID,
          "the issuer's certificate there is valid from " + issuer.notBefore(),
          sorted);
    }
    return Content.certificates(EndpointStatus.OK, "", sorted);
  }

  private static boolean issued(ParsedCertificate issuer, ParsedCertificate certificate) {
    return issuer.subject().equals(certificate.issuer())
        && certificate.signedBy(issuer) != ParsedCertificate.Signature.BAD;
  }
}
