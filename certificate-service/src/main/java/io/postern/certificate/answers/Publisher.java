package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.traffic.TrafficRecords;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.log.LogClock;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The publisher of verdicts, chains and the default anchors' version. Without waiting and without
 * fsync: a lost answer counts as none, and unknown is not good (G4). When the log is away a bounded
 * number waits for it; the records beyond are dropped and counted. Any thread.
 */
@ApplicationScoped
public class Publisher {
  private static final Logger LOG = Logger.getLogger(Publisher.class);
  private static final int KEPT = 1000;

  private final MutinyEmitter<byte[]> verdicts;
  private final MutinyEmitter<byte[]> chains;
  private final TrafficRecords inTraffic;
  private final LogClock logClock;
  private final MeterRegistry meters;
  private final SeenChains seen;

  Publisher(
      @Channel("verdicts") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = KEPT)
          MutinyEmitter<byte[]> verdicts,
      @Channel("chains") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = KEPT)
          MutinyEmitter<byte[]> chains,
      TrafficRecords inTraffic,
      LogClock logClock,
      MeterRegistry meters) {
    this.inTraffic = inTraffic;
    this.logClock = logClock;
    this.verdicts = verdicts;
    this.chains = chains;
    this.meters = meters;
    this.seen = new SeenChains(meters.counter("postern.certificate.chains.dropped")::increment);
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

  void announce(RevocationAnnouncement revocation) {
    VerdictRecord record = VerdictRecord.newBuilder().setRevocation(revocation).build();
    String certificate = Fingerprints.hex(revocation.getCertificateFingerprint().toByteArray());
    send(verdicts, Topics.REVOKED_KEY + certificate, record.toByteArray(), "");
  }

  /**
   * Once a chain and day. Only a chain that leads to an anchor, and of it the certificates of the
   * path: any stranger can choose the names in the others.
   */
  void chain(CertificateRequest request, CertificateVerdict verdict, Instant now) {
    if (!SeenChains.isProved(verdict)) {
      return;
    }
    List<byte[]> certificates =
        request.getChainList().stream().map(ByteString::toByteArray).toList();
    byte[] fingerprint = Fingerprints.chain(certificates);
    String key = Fingerprints.hex(fingerprint);
    String leaf = Fingerprints.hex(verdict.getPath(0).toByteArray());
    Instant first = seen.toRecord(key, leaf, inTraffic.firstSeenMillis(fingerprint), now);
    if (first == null) {
      return;
    }
    CertificateChain.Builder chain =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(fingerprint))
            .setRole(request.getRole())
            .setFirstSeenMillis(first.toEpochMilli())
            .setLastUsedMillis(now.toEpochMilli());
    certificates.stream()
        .filter(der -> verdict.getPathList().contains(sha256(der)))
        .forEach(der -> chain.addCertificates(ByteString.copyFrom(der)));
    send(chains, key, chain.build().toByteArray(), "");
  }

  private static ByteString sha256(byte[] der) {
    return ByteString.copyFrom(Fingerprints.sha256(der));
  }

  private void send(MutinyEmitter<byte[]> emitter, String key, byte[] value, String organization) {
    RecordHeaders headers = new RecordHeaders();
    if (!organization.isEmpty()) {
      headers.add(Headers.ORGANIZATION, organization.getBytes(StandardCharsets.UTF_8));
    }
    OutgoingKafkaRecordMetadata<String> metadata =
        OutgoingKafkaRecordMetadata.<String>builder().withKey(key).withHeaders(headers).build();
    OutgoingMessageMetadata<RecordMetadata> stamp = new OutgoingMessageMetadata<>();
    long sent = logClock.ownMillis();
    try {
      emitter
          .sendMessage(Message.of(value).addMetadata(metadata).addMetadata(stamp))
          .subscribe()
          .with(_ -> stamped(sent, stamp.getResult()), this::lost);
    } catch (IllegalStateException e) {
      lost(e);
    }
  }

  private void stamped(long sentMillis, @Nullable RecordMetadata stamp) {
    if (stamp != null && stamp.hasTimestamp()) {
      logClock.stamped(sentMillis, stamp.timestamp());
    }
  }

  private void lost(Throwable cause) {
    meters.counter("postern.certificate.records.lost").increment();
    LOG.debugf("a record was not written: %s", cause);
  }
}
