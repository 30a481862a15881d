package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.bundles.BundleLedger;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.RevokedCertificate;
import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.log.reading.TopicFollower;
import io.postern.log.verdicts.AnnouncedRevocations;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Revocations that are found after a verdict. This replica announces those that it finds, and again
 * for an hour, since no verdict is kept for longer. It believes those of other replicas: it gives
 * no verdict that rests on less, and fetches the list or answer again. The records also name the
 * default anchors in use. Any thread.
 */
@ApplicationScoped
public class Revocations implements FollowedTopics.User {
  private static final Logger LOG = Logger.getLogger(Revocations.class);
  private static final Duration REPEATED = Duration.ofHours(1);
  private static final int MOST = 2_000;

  private final CrlStore lists;
  private final OcspStore responders;
  private final VerdictMemory memory;
  private final BundleLedger bundles;
  private final Publisher publisher;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final Deque<RevocationAnnouncement> own = new ArrayDeque<>(); // guarded by itself

  Revocations(
      CrlStore lists,
      OcspStore responders,
      VerdictMemory memory,
      BundleLedger bundles,
      Publisher publisher,
      InstantSource clock,
      MeterRegistry meters) {
    this.lists = lists;
    this.responders = responders;
    this.memory = memory;
    this.bundles = bundles;
    this.publisher = publisher;
    this.clock = clock;
    this.meters = meters;
  }

  /** Follows the announcements of other replicas. */
  @Override
  public void follow(FollowedTopics topics) {
    topics.state().follow(Topics.CERTIFICATE_VERDICTS, new OfOthers());
  }

  void found(@Observes RevokedCertificate revoked) {
    RevocationAnnouncement announcement =
        RevocationAnnouncement.newBuilder()
            .setCertificateFingerprint(ByteString.copyFrom(revoked.certificate()))
            .setSource(revoked.source())
            .setUrl(revoked.url())
            .setThisUpdateMillis(revoked.thisUpdate().toEpochMilli())
            .setRevokedAtMillis(revoked.revokedAt().toEpochMilli())
            .setSeenAtMillis(clock.millis())
            .build();
    if (!memory.announce(announcement)) {
      return; // another replica was earlier
    }
    LOG.infof(
        "certificate %s was revoked at %s (%s)",
        Fingerprints.hex(revoked.certificate()), revoked.revokedAt(), revoked.url());
    meters.counter("postern.certificate.revocations.announced").increment();
    synchronized (own) {
      own.addLast(announcement);
      if (own.size() > MOST) {
        own.removeFirst();
      }
    }
    publisher.announce(announcement);
  }

  /** Announces the last hour's revocations once more, should a record have been lost. */
  void announceAgain() {
    long since = clock.millis() - REPEATED.toMillis();
    List<RevocationAnnouncement> again;
    synchronized (own) {
      own.removeIf(announcement -> announcement.getSeenAtMillis() < since);
      again = List.copyOf(own);
    }
    again.forEach(publisher::announce);
  }

  /** An announcement has overtaken a verdict: its evidence is fetched again. */
  void overtaken(CertificateVerdict verdict) {
    for (AnnouncedRevocations.Overtaken overtaken : memory.overtakenBy(verdict)) {
      RevocationEvidence evidence = overtaken.evidence();
      fetchAgain(evidence.getUrl(), evidence.getCertificateFingerprint(), overtaken.byMillis());
    }
  }

  // Of a responder only its answer about this certificate.
  private void fetchAgain(String url, ByteString certificate, long byMillis) {
    Instant by = Instant.ofEpochMilli(byMillis);
    lists.overtaken(url, certificate.toByteArray(), by);
    responders.overtaken(url, certificate.toByteArray(), by);
  }

  private final class OfOthers implements TopicFollower.View {
    @Override
    public void begin() {}

    @Override
    public void complete() {}

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      byte[] value = record.value();
      if (record.key() == null || value == null) {
        return;
      }
      try {
        if (record.key().startsWith(Topics.REVOKED_KEY)) {
          RevocationAnnouncement announcement = VerdictRecord.parseFrom(value).getRevocation();
          if (memory.announce(announcement)) {
            fetchAgain(
                announcement.getUrl(),
                announcement.getCertificateFingerprint(),
                announcement.getThisUpdateMillis());
          }
        } else if (record.key().equals(Topics.DEFAULT_ANCHORS_KEY)) {
          bundles.announced(VerdictRecord.parseFrom(value).getAnchors().getAnchors().getVersion());
        }
      } catch (InvalidProtocolBufferException e) {
        LOG.warnf("an announcement of another replica cannot be read: %s", e.getMessage());
      }
    }
  }
}
