package io.postern.certificate.traffic;

import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.HostSeen;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * The log's records of traffic: chains that were judged (certificate.chains), partners' handshakes
 * (certificate.handshakes) and hosts' requests (certificate.hosts). The newest 20,000 chains of at
 * most 16 MiB, 20,000 handshakes of at most 4 MiB and 20,000 hosts of at most 4 MiB, which in
 * memory are some 20, 15 and 10 MB: a heap of 128 MB has room for them beside the judgements. Any
 * thread.
 */
@ApplicationScoped
public class TrafficRecords implements FollowedTopics.User {
  private static final int MOST = 20_000;

  private final NewestRecords<CertificateChain> chains =
      new NewestRecords<>(
          CertificateChain.parser(), CertificateChain::getLastUsedMillis, MOST, 16L << 20);
  private final NewestRecords<HandshakeSeen> handshakes =
      new NewestRecords<>(HandshakeSeen.parser(), HandshakeSeen::getLastSeenMillis, MOST, 4L << 20);
  private final NewestRecords<HostSeen> hosts =
      new NewestRecords<>(HostSeen.parser(), HostSeen::getLastSeenMillis, MOST, 4L << 20);

  @Override
  public void follow(FollowedTopics topics) {
    topics.traffic().follow(Topics.CERTIFICATE_CHAINS, chains);
    topics.traffic().follow(Topics.CERTIFICATE_HANDSHAKES, handshakes);
    topics.traffic().follow(Topics.CERTIFICATE_HOSTS, hosts);
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
    return chains.since(now.minus(within));
  }

  /** Handshakes within this time, the newest last. */
  public List<HandshakeSeen> handshakes(Instant now, Duration within) {
    return handshakes.since(now.minus(within));
  }

  /** The hosts' requests within this time, the newest last. */
  public List<HostSeen> hosts(Instant now, Duration within) {
    return hosts.since(now.minus(within));
  }
}
