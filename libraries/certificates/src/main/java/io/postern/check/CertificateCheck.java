package io.postern.check;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.probe.EndpointProbe;
import io.postern.certificate.revocation.probe.ProbeEvidence;
import io.postern.certificate.revocation.probe.ProbeResult;
import io.postern.check.dial.DialResult;
import io.postern.check.dial.SmtpDial;
import io.postern.check.report.Connection;
import io.postern.check.report.PublishedRecords;
import io.postern.check.report.Report;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.dns.MailResolver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The check of one host, file or certificate: the endpoints that this host can reach for its
 * judgement, its root, and the verdict that it would get (S9, S10), by the fetch, the rules and the
 * judge of mail.
 *
 * <p>Any thread; a check blocks at most six times the settings' time for a fetch. Bounds of one
 * check: {@value CheckSettings#MAX_ENDPOINTS} endpoints side by side, {@value
 * CheckSettings#MAX_CERTIFICATES} certificates, 100 MiB of bodies in all, on disk.
 *
 * @param dns asked for the records of a mail server, twice its patience longer where it is silent;
 *     null: it is not asked
 */
public record CertificateCheck(
    CheckSettings settings, InstantSource clock, @Nullable MailResolver dns) {
  private static final Duration JUDGING = Duration.ofSeconds(5);

  /**
   * The subject of a check, as it was presented.
   *
   * @param connection null: no host was dialled
   * @param records null: they were not looked at
   * @param chain DER, the leaf first
   */
  private record Subject(
      String shown,
      CertificateRole role,
      TrustAnchors anchors,
      @Nullable Connection connection,
      @Nullable PublishedRecords records,
      List<byte[]> chain,
      byte[] stapled) {}

  /**
   * @param role of the certificate's owner
   * @throws IllegalArgumentException when the settings' proxy is none, with the cure
   */
  public Report check(Target target, CertificateRole role, TrustAnchors anchors)
      throws InterruptedException {
    return switch (target) {
      case Target.Given(String shown, List<byte[]> chain) ->
          check(new Subject(shown, role, anchors, null, null, chain, new byte[0]));
      case Target.Host(String host, int port) -> {
        DialResult dialled = dialled(host, port);
        yield check(
            new Subject(
                target.shown(),
                role,
                anchors,
                dialled.connection(),
                records(host, port, role, dialled.chain()),
                dialled.chain(),
                dialled.stapled()));
      }
    };
  }

  private @Nullable PublishedRecords records(
      String host, int port, CertificateRole role, List<byte[]> chain) {
    return dns == null
            || chain.isEmpty()
            || role == CertificateRole.ROLE_CLIENT
            || !RecordLookup.isAskedFor(host)
        ? null
        : new RecordLookup(dns).of(host, port, chain, clock.instant());
  }

  private DialResult dialled(String host, int port) throws InterruptedException {
    try (SmtpDial dial =
        new SmtpDial(settings.fetchTimeout().multipliedBy(2), settings.privateHosts())) {
      return dial.dial(host, port);
    }
  }

  private ChainAtHand atHand(
      List<ParsedCertificate> sent, TrustAnchors anchors, EndpointProbe probe)
      throws InterruptedException {
    long end = System.nanoTime() + settings.fetchTimeout().toNanos();
    return new ChainAtHand.Assembly(sent, anchors, probe, clock.instant(), end).assemble();
  }

  private Report check(Subject subject) throws InterruptedException {
    Findings findings =
        new Findings(
            subject.shown(),
            clock.instant(),
            subject.role(),
            subject.connection(),
            subject.records(),
            settings.httpProxy().isPresent());
    List<byte[]> chain = subject.chain();
    List<ParsedCertificate> sent = readable(chain);
    if (sent.isEmpty()) {
      return findings.withoutCertificates(
          chain.isEmpty() ? null : judge(subject, chain, List.of()));
    }
    try (HttpFetch http = HttpFetch.ofOneCheck(settings)) {
      EndpointProbe probe =
          new EndpointProbe(http, settings, settings.folder(), CheckSettings.MAX_BYTES_IN_ALL);
      ChainAtHand atHand = atHand(sent, subject.anchors(), probe);
      Probes probes = new Probes(probe, atHand, findings.at()).all();
      CertificateVerdict verdict = judge(subject, chain, probes.done());
      List<byte[]> complete = atHand.all().stream().map(ParsedCertificate::der).toList();
      return findings.of(
          atHand,
          probes,
          verdict,
          atHand.fetched().isEmpty() ? null : judge(subject, complete, probes.done()),
          subject.stapled().length > 0);
    }
  }

  // The verdict reports a certificate that cannot be read; the rest can still be looked at.
  private static List<ParsedCertificate> readable(List<byte[]> chain) {
    List<ParsedCertificate> readable = new ArrayList<>();
    for (byte[] der : chain.stream().limit(CheckSettings.MAX_CERTIFICATES).toList()) {
      try {
        ParsedCertificate certificate = ParsedCertificate.parse(der);
        if (!readable.contains(certificate)) {
          readable.add(certificate);
        }
      } catch (UnusableCertificateException e) {
        if (readable.isEmpty()) {
          return List.of(); // the leaf
        }
      }
    }
    return readable;
  }

  private CertificateVerdict judge(Subject subject, List<byte[]> chain, List<ProbeResult> probes)
      throws InterruptedException {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setRole(subject.role())
            .setRevocation(RevocationMode.REVOCATION_REQUIRED)
            .setStapledOcsp(ByteString.copyFrom(subject.stapled()));
    chain.forEach(der -> request.addChain(ByteString.copyFrom(der)));
    return new ChainJudge(new ProbeEvidence(probes), JUDGING)
        .judge(request.build(), subject.anchors(), clock.instant());
  }
}
