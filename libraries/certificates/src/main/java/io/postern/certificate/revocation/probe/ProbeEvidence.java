package io.postern.certificate.revocation.probe;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.crl.CrlExamination;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.certificate.revocation.ocsp.OcspRevocation;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Revocation by the results of probes of each certificate, and nothing else: as {@link Revocation}
 * would find it with these endpoints. A responder's certificate that does not exempt itself must
 * have been probed as well. Immutable, any thread.
 */
public final class ProbeEvidence implements RevocationCheck {
  private final List<ProbeResult> probes;

  public ProbeEvidence(List<ProbeResult> probes) {
    this.probes =
        probes.stream()
            .filter(probe -> probe.endpoint().kind() != Endpoint.Kind.CA_ISSUERS)
            .toList();
  }

  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    ParsedCertificate certificate = question.certificate();
    List<ProbeResult> about =
        probes.stream().filter(probe -> probe.about().equals(certificate)).toList();
    // As in mail: the stapled answer, then lists, then responders.
    GivenEvidence lists = GivenEvidence.of(lists(about), List.of());
    GivenEvidence responders = GivenEvidence.of(lists(aboutResponders(about)), answers(about));
    for (GivenEvidence evidence : List.of(lists, responders)) {
      Finding stapled = evidence.stapled(question);
      if (stapled != null && stapled.decides()) {
        return stapled;
      }
    }
    Finding found = lists.byLists(question);
    if (found.decides()) {
      return found;
    }
    Finding byResponders = responders.byAnswers(question);
    if (byResponders != null && byResponders.decides()) {
      return byResponders;
    }
    if (DistributionPoints.of(certificate).nothingPublished()) {
      return Finding.withoutSource(certificate, RevocationStatus.NOTHING_PUBLISHED, "");
    }
    if (found.status() == RevocationStatus.STALE) {
      return found;
    }
    // The reason against an answer, or an endpoint's failure, says more than "no list is there".
    return about.stream()
        .filter(probe -> !probe.ok())
        .findFirst()
        .map(ProbeEvidence::unreachable)
        .orElse(byResponders == null ? found : byResponders);
  }

  private List<ProbeResult> aboutResponders(List<ProbeResult> about) {
    Set<ParsedCertificate> responders = new HashSet<>();
    for (ProbeResult probe : about) {
      ParsedCertificate responder = probe.responder();
      if (responder != null) {
        responders.add(responder);
      }
    }
    return probes.stream().filter(probe -> responders.contains(probe.about())).toList();
  }

  private static List<Crl> lists(List<ProbeResult> probes) {
    return probes.stream().map(ProbeResult::list).filter(Objects::nonNull).toList();
  }

  private static List<byte[]> answers(List<ProbeResult> probes) {
    return probes.stream().map(ProbeResult::answer).filter(answer -> answer.length > 0).toList();
  }

  private static Finding unreachable(ProbeResult probe) {
    boolean ocsp = probe.endpoint().kind() == Endpoint.Kind.OCSP;
    return Finding.unreachable(
        probe.about(),
        ocsp ? OcspRevocation.SOURCE : CrlExamination.SOURCE,
        probe.endpoint().url(),
        probe.reason(),
        Instant.MAX);
  }
}
