package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.crl.CrlExamination;
import io.postern.certificate.revocation.crl.CrlSignature;
import io.postern.certificate.revocation.crl.MalformedCrlException;
import io.postern.contracts.v1.RevocationStatus;
import java.math.BigInteger;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A list at a distribution point: its signer, whether it is current, and its entry about the
 * certificate. Stateless, any thread.
 */
final class ListContent {
  private ListContent() {}

  static Content examine(Crl list, EndpointProbe.About about, Endpoint endpoint) {
    Instant now = about.now();
    if (about.issuer() == null) {
      return Content.nothing(
          EndpointStatus.UNKNOWN,
          "there is a list; its signature cannot be checked without the issuer's certificate, "
              + "which is missing");
    }
    String problem = notByAny(list, about.issuer(), about.others());
    if (problem != null) {
      return Content.nothing(EndpointStatus.WRONG_SIGNER, problem);
    }
    if (!list.currentAt(now)) {
      return Content.list(Content.notCurrent(list, now), list.stale("the list", now), list);
    }
    return endpoint.kind() == Endpoint.Kind.FRESHEST_CRL
        ? changes(list, about.certificate())
        : complete(list, about, endpoint);
  }

  private static @Nullable String notByAny(
      Crl list, ParsedCertificate issuer, List<ParsedCertificate> others) {
    Set<ParsedCertificate> signers = new LinkedHashSet<>(List.of(issuer));
    others.stream().filter(c -> c.subject().equals(list.issuer())).forEach(signers::add);
    String first = null;
    for (ParsedCertificate signer : signers) {
      String problem = CrlSignature.problem(list, signer);
      if (problem == null) {
        return null;
      }
      first = first == null || signer.subject().equals(list.issuer()) ? problem : first;
    }
    return first;
  }

  private static Content complete(Crl list, EndpointProbe.About about, Endpoint endpoint) {
    CrlExamination examination =
        new CrlExamination(
            about.certificate(), DistributionPoints.of(about.certificate()), about.now());
    examination.add(list, null, endpoint.url(), SignerTrust.OF_THE_PATH);
    Finding finding = examination.finding();
    String detail = finding.evidence().getDetail();
    if (finding.status() == RevocationStatus.IS_REVOKED) {
      return Content.list(EndpointStatus.REVOKED, detail, list);
    }
    return examination.covered()
        ? Content.list(EndpointStatus.OK, "", list)
        : Content.list(EndpointStatus.UNKNOWN, detail, list);
  }

  private static Content changes(Crl list, ParsedCertificate certificate) {
    try {
      BigInteger serial = certificate.x509().getSerialNumber();
      Crl.Entry entry = list.entry(serial, certificate.issuer());
      return entry == null || entry.removed()
          ? Content.list(EndpointStatus.OK, "", list)
          : Content.list(
              EndpointStatus.REVOKED,
              "revoked at " + entry.revokedAt() + ", reason: " + entry.reason(),
              list);
    } catch (MalformedCrlException e) {
      return Content.nothing(
          EndpointStatus.NOT_A_CRL, "the list cannot be understood: " + e.getMessage());
    }
  }
}
