package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.GivenAnswer;
import io.postern.contracts.v1.AnchorSetReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An OCSP response that was collected without the certificate that it is about. Immutable; any
 * thread.
 *
 * @param response DER
 * @param issuers one of them must have issued what it is about (DER)
 * @param anchors that this one must lead to (DER)
 * @param at when it is judged
 */
public record CollectedResponse(
    byte[] response, List<byte[]> issuers, List<byte[]> anchors, Instant at) {
  private static final int KEY_CERT_SIGN = 5;

  /** Why it is not to be believed; empty: it is. Its times and what it says are not looked at. */
  public String problem() {
    List<ParsedCertificate> known = readable(issuers);
    TrustAnchors trusted =
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), readable(anchors));
    String problem = "no issuer that can be read";
    for (ParsedCertificate issuer : known) {
      String here =
          issuer.isCa() && issuer.mayBeUsedFor(KEY_CERT_SIGN)
              ? GivenAnswer.problem(response, issuer, at)
              : "its issuer is no CA";
      if (here == null) {
        List<ParsedCertificate> all = new ArrayList<>(List.of(issuer));
        known.stream().filter(other -> !other.equals(issuer)).forEach(all::add);
        if (!new PathSearch(all, trusted).paths().isEmpty()) {
          return "";
        }
        here = "its issuer leads to no trust anchor";
      }
      problem = here;
    }
    return problem;
  }

  private static List<ParsedCertificate> readable(List<byte[]> ders) {
    List<ParsedCertificate> all = new ArrayList<>();
    for (byte[] der : ders) {
      try {
        all.add(ParsedCertificate.parse(der));
      } catch (UnusableCertificateException e) {
        // It has issued nothing.
      }
    }
    return all;
  }
}
