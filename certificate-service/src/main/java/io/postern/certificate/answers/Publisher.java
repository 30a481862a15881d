package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.seen.SeenInTraffic;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictRecord;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/**
 * Writes verdicts, chains and the default anchors' version. Without waiting and without fsync: an
 * answer that is lost is one that was not given, and unknown is not good (G4). When the log is away
 * a bounded number is kept for it, what is more is dropped and counted. Any thread.
 */
@ApplicationScoped
public class Publisher {
  private static final Logger LOG = Logger.getLogger(Publisher.class);
  private static final int KEPT = 1000;
  // Nothing of them is worth keeping as a chain.
  private static final Set<VerdictReason> NO_CHAIN =
      Set.of(VerdictReason.MALFORMED, VerdictReason.TOO_COMPLEX, VerdictReason.UNAVAILABLE);

  private final MutinyEmitter<byte[]> verdicts;
  private final MutinyEmitter<byte[]> chains;
  private final SeenInTraffic inTraffic;
  private final MeterRegistry meters;
  private final SeenChains seen = new SeenChains();

  Publisher(
      @Channel("verdicts") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = KEPT)
          MutinyEmitter<byte[]> verdicts,
      @Channel("chains") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = KEPT)
          MutinyEmitter<byte[]> chains,
      SeenInTraffic inTraffic,
      MeterRegistry meters) {
    this.inTraffic = inTraffic;
    this.verdicts = verdicts;
    this.chains = chains;
    this.meters = meters;
  }

  void verdict(Question question, CertificateVerdict verdict) {
    VerdictRecord record = VerdictRecord.newBuilder().setVerdict(verdict).build();
    send(
        verdicts, question.key().hex(), record.toByteArray(), question.request().getOrganization());
  }

  void announce(AnchorSetAnnouncement announcement) {
    VerdictRecord record = VerdictRecord.newBuilder().setAnchors(announcement).build();
    send(verdicts, Topics.DEFAULT_ANCHORS_KEY, record.toByteArray(), "");
  }

  /** Once a chain and day. */
  void chain(CertificateRequest request, CertificateVerdict verdict, Instant now) {
    if (NO_CHAIN.contains(verdict.getReason())) {
      return;
    }
    List<byte[]> certificates =
        request.getChainList().stream().map(ByteString::toByteArray).toList();
    byte[] fingerprint = Fingerprints.chain(certificates);
    String key = Fingerprints.hex(fingerprint);
    Instant first = seen.toRecord(key, inTraffic.firstSeenMillis(fingerprint), now);
    if (first == null) {
      return;
    }
    CertificateChain chain =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(fingerprint))
            .addAllCertificates(request.getChainList())
            .setRole(request.getRole())
            .setFirstSeenMillis(first.toEpochMilli())
            .setLastUsedMillis(now.toEpochMilli())
            .build();
    send(chains, key, chain.toByteArray(), "");
  }

  private void send(MutinyEmitter<byte[]> emitter, String key, byte[] value, String organization) {
    RecordHeaders headers = new RecordHeaders();
    if (!organization.isEmpty()) {
      headers.add(Headers.ORGANIZATION, organization.getBytes(StandardCharsets.UTF_8));
    }
    OutgoingKafkaRecordMetadata<String> metadata =
        OutgoingKafkaRecordMetadata.<String>builder().withKey(key).withHeaders(headers).build();
    try {
      // Emitters are not for several threads at once.
      synchronized (emitter) {
        emitter
            .sendMessage(Message.of(value).addMetadata(metadata))
            .subscribe()
            .with(_ -> {}, this::lost);
      }
    } catch (IllegalStateException e) {
      lost(e);
    }
  }

  private void lost(Throwable cause) {
    meters.counter("postern.certificate.records.lost").increment();
    LOG.debugf("a record was not written: %s", cause);
  }
}
