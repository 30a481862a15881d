package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Revocation by what probes have brought about each certificate, and nothing else: as {@link
 * Revocation} would find it with these endpoints. A responder's certificate that does not exempt
 * itself is not looked up any further, so such an answer does not count. Immutable, any thread.
 */
public final class ProbedEvidence implements RevocationCheck {
  private final List<Probed> probes;

  public ProbedEvidence(List<Probed> probes) {
    this.probes =
        probes.stream()
            .filter(probe -> probe.endpoint().kind() != Endpoint.Kind.CA_ISSUERS)
            .toList();
  }

  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    ParsedCertificate certificate = question.certificate();
    List<Probed> about =
        probes.stream().filter(probe -> probe.about().equals(certificate)).toList();
    // Lists first, as in mail; a stapled answer before either.
    Finding found = given(about, true).check(question);
    if (Revocation.knows(found)) {
      return found;
    }
    Finding byResponders = given(about, false).check(question);
    if (Revocation.knows(byResponders)) {
      return byResponders;
    }
    if (DistributionPoints.of(certificate).nothingPublished()) {
      return new Finding(
          CrlExamination.evidence(certificate, "", null)
              .setSource("none")
              .setStatus(RevocationStatus.NOTHING_PUBLISHED)
              .build(),
          Instant.MAX);
    }
    if (found.status() == RevocationStatus.STALE) {
      return found;
    }
    // The endpoint's failure tells more than that no list is at hand.
    return about.stream()
        .filter(probe -> !probe.ok())
        .findFirst()
        .map(ProbedEvidence::unreachable)
        .orElse(found);
  }

  private static GivenEvidence given(List<Probed> about, boolean lists) {
    return lists
        ? GivenEvidence.of(
            about.stream().map(Probed::list).filter(Objects::nonNull).toList(), List.of())
        : GivenEvidence.of(
            List.of(),
            about.stream().map(Probed::answer).filter(answer -> answer.length > 0).toList());
  }

  private static Finding unreachable(Probed probe) {
    boolean ocsp = probe.endpoint().kind() == Endpoint.Kind.OCSP;
    return new Finding(
        CrlExamination.evidence(probe.about(), probe.endpoint().url(), null)
            .setSource(ocsp ? OcspRevocation.SOURCE : CrlExamination.SOURCE)
            .setStatus(RevocationStatus.UNREACHABLE)
            .setDetail(probe.reason())
            .build(),
        Instant.MAX);
  }
}
