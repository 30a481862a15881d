package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Printable;
import io.postern.certificate.fetch.FetchTrace;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.probe.Endpoint;
import io.postern.certificate.revocation.probe.EndpointStatus;
import io.postern.certificate.revocation.probe.ProbeEvidence;
import io.postern.certificate.revocation.probe.ProbeResult;
import io.postern.check.report.CertificateIdentity;
import io.postern.check.report.CheckedCertificate;
import io.postern.check.report.CheckedCertificate.CheckedEndpoint;
import io.postern.check.report.CheckedCertificate.Revocation;
import io.postern.check.report.CheckedRoot;
import io.postern.check.report.Connection;
import io.postern.check.report.PublishedRecords;
import io.postern.check.report.Report;
import io.postern.check.report.Report.Verdict;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationEvidence;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The findings of a check, and the report of them. Immutable; one use. */
record Findings(
    String shown,
    Instant at,
    CertificateRole role,
    @Nullable Connection connection,
    @Nullable PublishedRecords records,
    boolean proxied) {
  private static final int MAX_TEXT = 500;
  private static final Duration FOR_QUESTIONS = Duration.ofSeconds(5);

  /** A host that showed none, or a leaf that cannot be read. */
  Report withoutCertificates(@Nullable CertificateVerdict verdict) {
    Firewall firewall = new Firewall();
    ToDo toDo = new ToDo();
    if (connection != null) {
      firewall.add(connection);
      toDo.dial(connection);
    }
    Verdict words = verdict == null ? null : words(verdict);
    if (words != null) {
      toDo.verdict(words);
    }
    return new Report(
        false,
        shown,
        at,
        roleName(),
        connection,
        List.of(),
        List.of(),
        0,
        firewall.entries(),
        null,
        words,
        null,
        toDo.sentences(),
        toDo.notes(),
        records);
  }

  Report of(
      ChainAtHand chain,
      Probes probes,
      CertificateVerdict verdict,
      @Nullable CertificateVerdict complete,
      boolean stapled)
      throws InterruptedException {
    Firewall firewall = new Firewall();
    ToDo toDo = new ToDo();
    if (connection != null) {
      firewall.add(connection);
    }
    probes.done().forEach(firewall::add);
    List<CheckedCertificate> certificates = new ArrayList<>();
    for (int i = 0; i < chain.below().size(); i++) {
      certificates.add(certificate(chain, i, probes));
    }
    if (chain.below().isEmpty()) {
      certificates.add(alone(chain.sent().getFirst()));
    }
    CheckedRoot root = root(chain);
    Verdict words = words(verdict);
    toDo.missing(certificates, connection != null);
    toDo.root(root);
    certificates.forEach(toDo::certificate);
    toDo.verdict(words);
    toDo.leaf(certificates.getFirst(), at, stapled);
    toDo.leftOut(probes.leftOut());
    toDo.proxied(proxied);
    toDo.records(records);
    boolean ok =
        words.good()
            && certificates.stream().allMatch(CheckedCertificate::ok)
            && (records == null || !records.dane().refuses());
    return new Report(
        ok,
        shown,
        at,
        roleName(),
        connection,
        verdict.getNamesList().stream().map(name -> Printable.cut(name, MAX_TEXT)).toList(),
        certificates,
        probes.leftOut(),
        firewall.entries(),
        root,
        words,
        complete == null ? null : words(complete),
        toDo.sentences(),
        toDo.notes(),
        records);
  }

  private String roleName() {
    return role == CertificateRole.ROLE_CLIENT ? "client" : "server";
  }

  // A leaf that is a root: no issuer publishes its revocation.
  private static CheckedCertificate alone(ParsedCertificate root) {
    return new CheckedCertificate(
        CertificateIdentity.of(root),
        true,
        true,
        new Revocation("nothing-published", "none", "", "it is a root itself"),
        List.of());
  }

  private CheckedCertificate certificate(ChainAtHand chain, int index, Probes probes)
      throws InterruptedException {
    ParsedCertificate certificate = chain.below().get(index);
    List<ProbeResult> about = probes.aboutWithResponders(certificate);
    Revocation revocation = revocation(chain, index, about);
    return new CheckedCertificate(
        CertificateIdentity.of(certificate),
        !chain.fetched().contains(certificate),
        revocation.status().equals("not-revoked")
            || revocation.status().equals("nothing-published"),
        revocation,
        about.stream()
            .map(probed -> endpoint(probed, certificate, chain.issuerOf(index) != null))
            .toList());
  }

  private Revocation revocation(ChainAtHand chain, int index, List<ProbeResult> about)
      throws InterruptedException {
    ParsedCertificate issuer = chain.issuerOf(index);
    if (issuer == null) {
      return new Revocation(
          "unreachable", "none", "", "its issuer's certificate is missing, so this is unknown");
    }
    Finding finding =
        new ProbeEvidence(about)
            .check(
                new RevocationQuestion(
                    chain.below().get(index),
                    issuer,
                    new ChainSigners(chain),
                    new byte[0],
                    at,
                    Patience.of(at, FOR_QUESTIONS)));
    RevocationEvidence evidence = finding.evidence();
    return new Revocation(
        Spelling.hyphens(finding.status()),
        evidence.getSource(),
        Printable.cut(evidence.getUrl(), MAX_TEXT),
        Printable.cut(evidence.getDetail(), MAX_TEXT));
  }

  private static CheckedEndpoint endpoint(
      ProbeResult probed, ParsedCertificate certificate, boolean issuerAtHand) {
    boolean own = probed.about().equals(certificate);
    List<FetchTrace.Hop> hops = probed.trace().hops();
    String url = probed.endpoint().url();
    String host = hops.isEmpty() ? Firewall.host(url) : hops.getLast().host();
    int port = hops.isEmpty() ? Firewall.port(url) : hops.getLast().port();
    List<String> addresses = new ArrayList<>();
    if (!hops.isEmpty()) {
      hops.getLast().addresses().stream().map(InetAddress::getHostAddress).forEach(addresses::add);
    }
    String cure =
        issuerAtHand || probed.status() != EndpointStatus.UNKNOWN
            ? Advice.cure(probed, own, host + " port " + port)
            : "check again with it";
    return new CheckedEndpoint(
        probed.endpoint().kind(),
        url,
        own ? "" : Printable.cut(probed.about().shown(), MAX_TEXT),
        host,
        port,
        addresses,
        probed.status(),
        probed.ok() ? "" : Printable.cut(probed.reason(), MAX_TEXT) + "; " + cure,
        probed.httpStatus(),
        probed.trace().took().toMillis(),
        probed.bytes(),
        probed.thisUpdate(),
        probed.nextUpdate());
  }

  private static CheckedRoot root(ChainAtHand chain) {
    ParsedCertificate root = chain.root();
    String name =
        root != null
            ? root.shown()
            : Printable.cut(chain.below().getLast().issuer().getName(), MAX_TEXT);
    return new CheckedRoot(
        chain.trusted(),
        name,
        root == null ? null : CertificateIdentity.of(root),
        chain.trusted() ? "" : advice(chain, name));
  }

  private static String advice(ChainAtHand chain, String name) {
    return chain.distrusted().isEmpty()
        ? Advice.install(name, chain.root())
        : Advice.distrusted(chain.distrusted());
  }

  private static Verdict words(CertificateVerdict verdict) {
    return new Verdict(
        Spelling.of(verdict.getResult()),
        Spelling.of(verdict.getReason()),
        Printable.cut(verdict.getDetail(), MAX_TEXT));
  }

  static boolean isAboutRevocation(CheckedEndpoint endpoint) {
    return endpoint.kind() != Endpoint.Kind.CA_ISSUERS;
  }
}
