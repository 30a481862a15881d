package io.postern.log.verdicts;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.TopicFollower;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * View of certificate.verdicts: puts its verdicts into the cache and answers the waiting callers. A
 * verdict stays until it ends, also while the topic is read again. Owner: the follower's thread.
 */
final class VerdictReader implements TopicFollower.View {
  private final VerdictCache cache;
  private final ConcurrentMap<VerdictKey, PendingVerdict> pending;
  private final OccasionalLog log = new OccasionalLog(VerdictReader.class);

  VerdictReader(VerdictCache cache, ConcurrentMap<VerdictKey, PendingVerdict> pending) {
    this.cache = cache;
    this.pending = pending;
  }

  @Override
  public void begin() {
    cache.ready(false);
  }

  @Override
  public void complete() {
    cache.ready(true);
    pending.forEach(
        (key, waiting) -> {
          CertificateVerdict known = cache.get(key);
          if (known != null) {
            waiting.answer().complete(known);
          }
        });
  }

  @Override
  public void take(ConsumerRecord<String, byte @Nullable []> entry) {
    byte[] value = entry.value();
    if (value == null) {
      return; // nobody's verdict
    }
    try {
      VerdictRecord content = VerdictRecord.parseFrom(value);
      switch (content.getRecordCase()) {
        case VERDICT ->
            judged(
                VerdictKey.of(content.getVerdict().getVerdictKey().toByteArray()),
                content.getVerdict());
        case ANCHORS -> announced(content.getAnchors());
        case REVOCATION -> cache.announce(content.getRevocation());
        case RECORD_NOT_SET -> {
          // of a newer writer
        }
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      // Nobody's verdict: callers that wait for it get "unavailable" (G4).
      log.warn("a verdict at offset " + entry.offset() + " cannot be read", e);
    }
  }

  private void judged(VerdictKey key, CertificateVerdict verdict) {
    cache.put(key, verdict);
    PendingVerdict waiting = pending.get(key);
    if (waiting == null || !cache.ready() && !cache.inForce(verdict)) {
      return; // while the log is read from its start, old ones come
    }
    if (!cache.ready() || cache.isVoid(verdict)) {
      // Its version's announcement may come later, in another partition.
      waiting.early(verdict);
    } else {
      waiting.answer().complete(verdict);
    }
  }

  private void announced(AnchorSetAnnouncement announcement) {
    cache.announce(announcement);
    if (!cache.ready()) {
      return; // a later one may void it
    }
    for (PendingVerdict waiting : pending.values()) {
      CertificateVerdict early = waiting.early();
      if (early != null && !cache.isVoid(early)) {
        waiting.answer().complete(early);
      }
    }
  }
}
