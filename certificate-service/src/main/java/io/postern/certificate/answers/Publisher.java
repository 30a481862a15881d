package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
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
import io.postern.log.asking.LossySender;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The publisher of verdicts, chains and the default anchors' version. Without fsync: a lost answer
 * counts as none, and unknown is not good (G4). When the log is away a bounded number waits for it;
 * the records beyond are dropped and counted. Any thread; a call waits half a second at most.
 */
@ApplicationScoped
public class Publisher {
  private final LossySender sender;
  private final TrafficRecords inTraffic;
  private final MeterRegistry meters;
  private final SeenChains seen;

  Publisher(LossySender sender, TrafficRecords inTraffic, MeterRegistry meters) {
    this.sender = sender;
    this.inTraffic = inTraffic;
    this.meters = meters;
    this.seen = new SeenChains(meters.counter("postern.certificate.chains.dropped")::increment);
  }

  void verdict(Question question, CertificateVerdict verdict) {
    VerdictRecord record = VerdictRecord.newBuilder().setVerdict(verdict).build();
    send(
        Topics.CERTIFICATE_VERDICTS,
        question.key().hex(),
        record,
        question.request().getOrganization());
  }

  void announce(AnchorSetAnnouncement announcement) {
    VerdictRecord record = VerdictRecord.newBuilder().setAnchors(announcement).build();
    send(Topics.CERTIFICATE_VERDICTS, Topics.DEFAULT_ANCHORS_KEY, record, "");
  }

  void announce(RevocationAnnouncement revocation) {
    VerdictRecord record = VerdictRecord.newBuilder().setRevocation(revocation).build();
    String certificate = Fingerprints.hex(revocation.getCertificateFingerprint().toByteArray());
    send(Topics.CERTIFICATE_VERDICTS, Topics.REVOKED_KEY + certificate, record, "");
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
    send(Topics.CERTIFICATE_CHAINS, key, chain.build(), "");
  }

  private static ByteString sha256(byte[] der) {
    return ByteString.copyFrom(Fingerprints.sha256(der));
  }

  private void send(String topic, String key, MessageLite value, String organization) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value.toByteArray());
    if (!organization.isEmpty()) {
      record.headers().add(Headers.ORGANIZATION, organization.getBytes(StandardCharsets.UTF_8));
    }
    sender.send(
        record,
        failure -> {
          if (failure != null) {
            meters.counter("postern.certificate.records.lost").increment();
          }
        });
  }
}
