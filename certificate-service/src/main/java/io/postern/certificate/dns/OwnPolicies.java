package io.postern.certificate.dns;

import com.google.protobuf.ByteString;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.mtasts.StsPolicy.Mode;
import io.postern.log.directory.DirectoryReader;
import io.postern.names.CertificateNames;
import io.postern.service.Every;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The policies of MTA-STS that we serve for our accepted domains (RFC 8461).
 *
 * <p><b>Safety.</b> A policy says enforce only while senders that enforce it can reach us: a
 * certificate of ingress names each MX host, and its chain is good by the default anchors. While it
 * is bad, such a policy is served as testing, and the log has the reason. While ingress presents
 * nothing, and while a chain cannot be judged, the last decision stands. Before the first one no
 * such policy is served: senders keep those that they have (§3.3).
 *
 * <p><b>Threads.</b> Any thread asks, and is never blocked. One of its own looks at the
 * certificates every {@link #EVERY}.
 */
@ApplicationScoped
public class OwnPolicies {
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration UNREAD = Duration.ofSeconds(1);
  private static final Logger LOG = Logger.getLogger(OwnPolicies.class);

  private final OwnMail own;
  private final OwnTlsReader certificates;
  private final DirectoryReader<DirectoryInForce> directory;
  private final DefaultAnchors anchors;
  private final ChainJudge judge;
  private final InstantSource clock;
  private final Every every =
      new Every(
          OwnPolicies.class,
          "own-policies",
          "the certificates could not be checked for MTA-STS; will be retried");

  /** Why no policy may say enforce; "": it may; null: not decided yet. */
  private volatile @Nullable String obstacle;

  OwnPolicies(
      OwnMail own,
      OwnTlsReader certificates,
      DirectoryReader<DirectoryInForce> directory,
      DefaultAnchors anchors,
      ChainJudge judge,
      InstantSource clock) {
    this.own = own;
    this.certificates = certificates;
    this.directory = directory;
    this.anchors = anchors;
    this.judge = judge;
    this.clock = clock;
  }

  void start(@Observes TopicsVerified ready) {
    if (own.enforces()) {
      every.pace(
          EVERY,
          () -> {
            look();
            return obstacle == null ? UNREAD : EVERY;
          });
    }
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
  }

  /** Whether the domain is to have a policy, and is known to be ours. */
  boolean isServed(String domain) {
    return own.modeOf(domain).isPresent() && isAccepted(domain);
  }

  /** Our domains are known. */
  boolean domainsKnown() {
    return directory.current().isPresent();
  }

  private boolean isAccepted(String domain) {
    return directory.current().flatMap(read -> read.rules().acceptedDomain(domain)).isPresent();
  }

  /**
   * @param domain one that {@link #isServed}
   * @return empty: not decided yet
   */
  Optional<OwnPolicy> of(String domain) {
    Mode mode = own.modeOf(domain).orElse(Mode.NONE);
    String found = obstacle;
    if (mode != Mode.ENFORCE) {
      return Optional.of(policy(mode, ""));
    }
    if (found == null) {
      return Optional.empty();
    }
    return Optional.of(policy(found.isEmpty() ? Mode.ENFORCE : Mode.TESTING, found));
  }

  private OwnPolicy policy(Mode mode, String whyNotEnforced) {
    List<String> hosts = mode == Mode.NONE ? List.of() : own.mxHosts();
    return new OwnPolicy(new StsPolicy(mode, hosts, own.maxAge()), whyNotEnforced);
  }

  /** Decides anew whether policies may say enforce. Blocks for revocation. */
  void look() throws InterruptedException {
    Instant now = clock.instant();
    List<IngressKey> presented =
        certificates.history().certificates(now).map(IngressKey::of).orElse(List.of()).stream()
            .filter(key -> !key.coming())
            .toList();
    if (presented.isEmpty()) {
      return;
    }
    String found = obstacle(presented, now);
    if (found == null) {
      return;
    }
    if (!found.isEmpty() && !found.equals(obstacle)) {
      LOG.errorf(
          "no MTA-STS policy says enforce, those that would say testing: %s; senders with an older "
              + "policy may refuse the MX hosts",
          found);
    } else if (found.isEmpty() && obstacle != null && !found.equals(obstacle)) {
      LOG.info("MTA-STS policies say enforce again: the certificates are valid");
    }
    obstacle = found;
  }

  /** Null: it cannot be known now. */
  private @Nullable String obstacle(List<IngressKey> presented, Instant now)
      throws InterruptedException {
    List<IngressKey> needed = new ArrayList<>();
    for (String host : own.mxHosts()) {
      List<IngressKey> naming =
          presented.stream().filter(key -> CertificateNames.matches(host, key.names())).toList();
      if (naming.isEmpty()) {
        return "no certificate of ingress-service names " + host;
      }
      naming.stream().filter(key -> !needed.contains(key)).forEach(needed::add);
    }
    for (IngressKey key : needed) {
      CertificateVerdict verdict = verdict(key, now);
      if (verdict.getResult() == VerdictResult.BAD) {
        return "the certificate that ingress presents, sha256 %s, is %s (%s)"
            .formatted(key.sha256(), Spelling.verdict(verdict), verdict.getDetail());
      }
      if (verdict.getResult() != VerdictResult.GOOD) {
        return null;
      }
    }
    return "";
  }

  private CertificateVerdict verdict(IngressKey key, Instant now) throws InterruptedException {
    CertificateRequest.Builder question =
        CertificateRequest.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setRevocation(RevocationMode.REVOCATION_BEST_EFFORT);
    key.ders().forEach(der -> question.addChain(ByteString.copyFrom(der)));
    return judge.judge(question.build(), anchors.current(), now, clock.instant());
  }
}
