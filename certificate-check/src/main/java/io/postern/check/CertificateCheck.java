package io.postern.check;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.fetch.FetchSettings;
import io.postern.certificate.revocation.fetch.HttpFetch;
import io.postern.certificate.revocation.probe.EndpointProbe;
import io.postern.certificate.revocation.probe.ProbeEvidence;
import io.postern.certificate.revocation.probe.ProbeResult;
import io.postern.check.dial.DialResult;
import io.postern.check.dial.SmtpDial;
import io.postern.check.report.Report;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Can this host reach all endpoints that a judgement needs, is its root trusted here, and which
 * verdict would it get (S9, S10)? By the fetch, the rules and the judge of mail.
 *
 * <p>Any thread; a check blocks at most six times the settings' step. Bounds of one check: {@value
 * CheckSettings#MAX_ENDPOINTS} endpoints side by side, {@value CheckSettings#MAX_CERTIFICATES}
 * certificates, 100 MiB of bodies in all, on disk.
 */
public final class CertificateCheck {
  private static final Duration JUDGING = Duration.ofSeconds(5);

  private final CheckSettings settings;
  private final InstantSource clock;

  public CertificateCheck(CheckSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * @param role of the certificate's owner
   * @throws IllegalArgumentException when the settings' proxy is none, with the cure
   */
  public Report check(Target target, CertificateRole role, TrustAnchors anchors)
      throws InterruptedException {
    return switch (target) {
      case Target.Given(String shown, List<byte[]> chain) ->
          new One(shown, role, anchors, null, chain, new byte[0]).report();
      case Target.Host(String host, int port) -> {
        DialResult dialled;
        try (SmtpDial dial =
            new SmtpDial(settings.step().multipliedBy(2), settings.privateHosts())) {
          dialled = dial.dial(host, port);
        }
        yield new One(target.shown(), role, anchors, dialled, dialled.chain(), dialled.stapled())
            .report();
      }
    };
  }

  /** One check. */
  private final class One {
    private final String shown;
    private final CertificateRole role;
    private final TrustAnchors anchors;
    private final @Nullable DialResult dialled;
    private final List<byte[]> chain;
    private final byte[] stapled;

    One(
        String shown,
        CertificateRole role,
        TrustAnchors anchors,
        @Nullable DialResult dialled,
        List<byte[]> chain,
        byte[] stapled) {
      this.shown = shown;
      this.role = role;
      this.anchors = anchors;
      this.dialled = dialled;
      this.chain = chain;
      this.stapled = stapled;
    }

    Report report() throws InterruptedException {
      Findings findings =
          new Findings(
              shown,
              clock.instant(),
              role,
              dialled == null ? null : dialled.connection(),
              settings.proxy().isPresent());
      List<ParsedCertificate> sent = readable();
      if (sent.isEmpty()) {
        return findings.withoutCertificates(chain.isEmpty() ? null : judge(chain, List.of()));
      }
      FetchSettings fetching = settings.fetching();
      try (HttpFetch http = HttpFetch.ofOneCheck(fetching)) {
        EndpointProbe probe =
            new EndpointProbe(http, fetching, settings.folder(), CheckSettings.MAX_BYTES_IN_ALL);
        ChainAtHand atHand =
            new ChainAtHand.Assembly(
                    sent,
                    anchors,
                    probe,
                    findings.at(),
                    System.nanoTime() + settings.step().toNanos())
                .assemble();
        Probes probes = new Probes(probe, atHand, findings.at()).all();
        CertificateVerdict verdict = judge(chain, probes.done());
        CertificateVerdict complete =
            atHand.fetched().isEmpty()
                ? null
                : judge(atHand.all().stream().map(ParsedCertificate::der).toList(), probes.done());
        return findings.of(atHand, probes, verdict, complete, stapled.length > 0);
      }
    }

    // The verdict reports a certificate that cannot be read; the rest can still be looked at.
    private List<ParsedCertificate> readable() {
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

    private CertificateVerdict judge(List<byte[]> ders, List<ProbeResult> probes)
        throws InterruptedException {
      CertificateRequest.Builder request =
          CertificateRequest.newBuilder()
              .setRole(role)
              .setRevocation(RevocationMode.REVOCATION_REQUIRED)
              .setStapledOcsp(ByteString.copyFrom(stapled));
      ders.forEach(der -> request.addChain(ByteString.copyFrom(der)));
      return new ChainJudge(new ProbeEvidence(probes), JUDGING)
          .judge(request.build(), anchors, clock.instant());
    }
  }
}
