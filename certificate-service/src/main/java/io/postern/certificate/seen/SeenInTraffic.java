package io.postern.certificate.seen;

import io.postern.certificate.log.TopicsReady;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.log.LogSettings;
import io.postern.log.TopicFollower;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * Chains that were judged (certificate.chains) and partners' handshakes (certificate.handshakes),
 * as the log has them: the newest 20,000 chains of at most 16 MiB, and 20,000 handshakes of at most
 * 4 MiB, which in memory are some 20 and 15 MB: a heap of 128 MB has room for both beside the
 * questions in work. Any thread.
 */
@ApplicationScoped
public class SeenInTraffic {
  private static final int MOST = 20_000;

  private final Newest<CertificateChain> chains =
      new Newest<>(CertificateChain.parser(), CertificateChain::getLastUsedMillis, MOST, 16L << 20);
  private final Newest<HandshakeSeen> handshakes =
      new Newest<>(HandshakeSeen.parser(), HandshakeSeen::getLastSeenMillis, MOST, 4L << 20);
  private final List<TopicFollower> followers;

  SeenInTraffic(LogSettings log) {
    followers =
        List.of(
            new TopicFollower(log, Topics.CERTIFICATE_CHAINS, chains),
            new TopicFollower(log, Topics.CERTIFICATE_HANDSHAKES, handshakes));
  }

  void start(@Observes TopicsReady ready) {
    followers.forEach(TopicFollower::start);
  }

  void stop(@Observes ShutdownEvent event) {
    followers.forEach(TopicFollower::close);
  }

  /** Both have been read to their end. */
  public boolean isRead() {
    return chains.isComplete() && handshakes.isComplete();
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
}
