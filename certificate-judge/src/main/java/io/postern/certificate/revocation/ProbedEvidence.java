package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Revocation by what probes have brought about each certificate, and nothing else: as {@link
 * Revocation} would find it with these endpoints. A responder's certificate that does not exempt
 * itself must have been probed as well. Immutable, any thread.
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
    // As in mail: what is stapled, then lists, then responders.
    GivenEvidence lists = GivenEvidence.of(lists(about), List.of());
    GivenEvidence responders = GivenEvidence.of(lists(aboutResponders(about)), answers(about));
    for (GivenEvidence evidence : List.of(lists, responders)) {
      Finding stapled = evidence.stapled(question);
      if (stapled != null && Revocation.knows(stapled)) {
        return stapled;
      }
    }
    Finding found = lists.byLists(question);
    if (Revocation.knows(found)) {
      return found;
    }
    Finding byResponders = responders.byAnswers(question);
    if (byResponders != null && Revocation.knows(byResponders)) {
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
    // Why an answer does not count, or an endpoint's failure, tells more than that no list is
    // there.
    return about.stream()
        .filter(probe -> !probe.ok())
        .findFirst()
        .map(ProbedEvidence::unreachable)
        .orElse(byResponders == null ? found : byResponders);
  }

  private List<Probed> aboutResponders(List<Probed> about) {
    Set<ParsedCertificate> responders = new HashSet<>();
    for (Probed probe : about) {
      ParsedCertificate responder = probe.responder();
      if (responder != null) {
        responders.add(responder);
      }
    }
    return probes.stream().filter(probe -> responders.contains(probe.about())).toList();
  }

  private static List<Crl> lists(List<Probed> probes) {
    return probes.stream().map(Probed::list).filter(Objects::nonNull).toList();
  }

  private static List<byte[]> answers(List<Probed> probes) {
    return probes.stream().map(Probed::answer).filter(answer -> answer.length > 0).toList();
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
