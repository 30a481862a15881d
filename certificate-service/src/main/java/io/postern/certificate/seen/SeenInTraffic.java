package io.postern.certificate.seen;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.HostSeen;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * Chains that were judged (certificate.chains), partners' handshakes (certificate.handshakes) and
 * what hosts ask for (certificate.hosts), as the log has them: the newest 20,000 chains of at most
 * 16 MiB, 20,000 handshakes of at most 4 MiB and 20,000 hosts of at most 4 MiB, which in memory are
 * some 20, 15 and 10 MB: a heap of 128 MB has room for them beside the questions in work. Any
 * thread.
 */
@ApplicationScoped
public class SeenInTraffic {
  private static final int MOST = 20_000;

  private final Newest<CertificateChain> chains =
      new Newest<>(CertificateChain.parser(), CertificateChain::getLastUsedMillis, MOST, 16L << 20);
  private final Newest<HandshakeSeen> handshakes =
      new Newest<>(HandshakeSeen.parser(), HandshakeSeen::getLastSeenMillis, MOST, 4L << 20);
  private final Newest<HostSeen> hosts =
      new Newest<>(HostSeen.parser(), HostSeen::getLastSeenMillis, MOST, 4L << 20);
  private final List<TopicFollower> followers;

  SeenInTraffic(LogSettings log) {
    followers =
        List.of(
            new TopicFollower(log, Topics.CERTIFICATE_CHAINS, chains),
            new TopicFollower(log, Topics.CERTIFICATE_HANDSHAKES, handshakes),
            new TopicFollower(log, Topics.CERTIFICATE_HOSTS, hosts));
  }

  void start(@Observes TopicsVerified ready) {
    followers.forEach(TopicFollower::start);
  }

  void stop(@Observes ShutdownEvent event) {
    followers.forEach(TopicFollower::close);
  }

  /** All have been read to their end. */
  public boolean isRead() {
    return chains.isComplete() && handshakes.isComplete() && hosts.isComplete();
  }

  /** When the chain was first seen, by any replica. */
  public OptionalLong firstSeenMillis(byte[] chainFingerprint) {
    CertificateChain known = chains.get(Fingerprints.hex(chainFingerprint));
    return known == null ? OptionalLong.empty() : OptionalLong.of(known.getFirstSeenMillis());
  }

  /** Chains that were used within this time, the one used last at the end. */
  public List<CertificateChain> chains(Instant now, Duration within) {
    long earliest = now.minus(within).toEpochMilli();
    return chains.all().stream().filter(c -> c.getLastUsedMillis() >= earliest).toList();
  }

  /** Handshakes within this time, the newest last. */
  public List<HandshakeSeen> handshakes(Instant now, Duration within) {
    long earliest = now.minus(within).toEpochMilli();
    return handshakes.all().stream().filter(h -> h.getLastSeenMillis() >= earliest).toList();
  }

  /** What hosts asked for within this time, the newest last. */
  public List<HostSeen> hosts(Instant now, Duration within) {
    long earliest = now.minus(within).toEpochMilli();
    return hosts.all().stream().filter(h -> h.getLastSeenMillis() >= earliest).toList();
  }
}
