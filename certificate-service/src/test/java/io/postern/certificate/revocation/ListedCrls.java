package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Revocation by lists at hand, as the conformance vectors give them; no network. */
public final class ListedCrls implements RevocationCheck {
  private final List<Crl> crls = new ArrayList<>();

  public ListedCrls(List<byte[]> ders) {
    for (byte[] der : ders) {
      try {
        crls.add(Crl.of(der));
      } catch (GarbageException e) {
        // As from a server: garbage is no list.
        System.out.println("A vector's list is left out: " + e.getMessage());
      }
    }
  }

  @Override
  public Finding check(
      ParsedCertificate certificate, ParsedCertificate issuer, Instant now, Instant giveUp) {
    RevocationEvidence best =
        CrlExamination.evidence(certificate, "", null)
            .setStatus(RevocationStatus.UNREACHABLE)
            .setDetail("no list of the issuer is at hand")
            .build();
    DistributionPoints points = DistributionPoints.of(certificate);
    for (Crl crl : crls) {
      if (CrlSignature.problem(crl, issuer) == null) {
        RevocationEvidence evidence = CrlExamination.examine(crl, certificate, points, "", now);
        if (evidence.getStatus() == RevocationStatus.IS_REVOKED) {
          return new Finding(evidence, Instant.MAX);
        }
        best = evidence.getStatus() == RevocationStatus.NOT_REVOKED ? evidence : best;
      }
    }
    return new Finding(best, Instant.MAX);
  }
}
