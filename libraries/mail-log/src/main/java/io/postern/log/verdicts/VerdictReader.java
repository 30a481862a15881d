package io.postern.log.verdicts;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.log.OccasionalLog;
import io.postern.log.asking.Questions;
import io.postern.log.reading.TopicFollower;
import io.postern.log.rules.Newest;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * View of certificate.verdicts: puts its verdicts into the cache and answers the waiting callers. A
 * verdict stays until it ends, also while the topic is read again. At most {@value #MOST_EARLY}
 * verdicts are kept until their announcement comes. Owner: the follower's thread.
 */
final class VerdictReader implements TopicFollower.View {
  private static final int MOST_EARLY = 1_000;

  private final VerdictCache cache;
  private final Questions<VerdictKey, CertificateVerdict> questions;

  /** Made with a version of the default anchors that is not announced: it counts if it will be. */
  private final Map<VerdictKey, CertificateVerdict> early = new Newest<>(MOST_EARLY);

  private final OccasionalLog log = new OccasionalLog(VerdictReader.class);

  VerdictReader(VerdictCache cache, Questions<VerdictKey, CertificateVerdict> questions) {
    this.cache = cache;
    this.questions = questions;
  }

  @Override
  public void begin() {
    cache.ready(false);
  }

  @Override
  public void complete() {
    cache.ready(true);
    for (VerdictKey key : questions.open()) {
      CertificateVerdict known = cache.get(key);
      if (known != null) {
        questions.answered(key, known);
      }
    }
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
    if (!questions.isOpen(key) || !cache.ready() && !cache.inForce(verdict)) {
      return; // while the log is read from its start, old ones come
    }
    if (!cache.ready() || cache.isVoid(verdict)) {
      // Its version's announcement may come later, in another partition.
      early.put(key, verdict);
    } else {
      questions.answered(key, verdict);
    }
  }

  private void announced(AnchorSetAnnouncement announcement) {
    cache.announce(announcement);
    if (!cache.ready()) {
      return; // a later one may void it
    }
    early.keySet().removeIf(key -> !questions.isOpen(key));
    early.forEach(
        (key, verdict) -> {
          boolean ended = verdict.getValidUntilMillis() > 0 && !cache.inForce(verdict);
          if (!ended && !cache.isVoid(verdict)) {
            questions.answered(key, verdict);
          }
        });
  }
}
