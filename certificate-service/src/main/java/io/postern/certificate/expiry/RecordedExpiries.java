package io.postern.certificate.expiry;

import io.postern.log.OccasionalLog;
import io.postern.log.reading.TopicFollower;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the notices of the last 400 days. At most {@value #MOST_OF_PARTNERS} of partners,
 * and, apart from those, {@value #MOST} of our own certificates and trust anchors: beyond it no
 * notice is new any more, which is logged and counted. Any thread.
 */
final class RecordedExpiries implements TopicFollower.View {
  static final int MOST_OF_PARTNERS = 30_000;
  static final int MOST = 10_000;
  private static final String PARTNERS = ExpiringCertificate.Kind.PARTNER + "/";

  private final Set<String> partners = new HashSet<>();
  private final Set<String> others = new HashSet<>();
  private final OccasionalLog log = new OccasionalLog(RecordedExpiries.class);
  private final Runnable unrecorded;
  private boolean complete;

  /**
   * @param unrecorded called for each notice that cannot be recorded, at each try
   */
  RecordedExpiries(Runnable unrecorded) {
    this.unrecorded = unrecorded;
  }

  /** The key of a notice: each is recorded once. */
  static String key(CertificateEnd ending) {
    return ending.kind() + "/" + ending.sha256() + "/" + ending.band().days;
  }

  @Override
  public synchronized void begin() {
    partners.clear();
    others.clear();
    complete = false;
  }

  @Override
  public synchronized void take(ConsumerRecord<String, byte @Nullable []> record) {
    String key = record.key();
    if (keys(key).size() < most(key)) {
      keys(key).add(key);
    }
  }

  @Override
  public synchronized void complete() {
    complete = true;
  }

  /** The notice is not recorded yet, and there is room for it. */
  synchronized boolean isNew(String key) {
    Set<String> keys = keys(key);
    if (!complete || keys.contains(key)) {
      return false;
    }
    if (keys.size() >= most(key)) {
      unrecorded.run();
      log.warn(
          keys.size()
              + " expiring certificates were recorded in 400 days; others are not recorded: see GET "
              + "/api/v1/expiring-certificates",
          null);
      return false;
    }
    return keys.add(key);
  }

  synchronized void failed(String key) {
    keys(key).remove(key);
  }

  private Set<String> keys(String key) {
    return key.startsWith(PARTNERS) ? partners : others;
  }

  private static int most(String key) {
    return key.startsWith(PARTNERS) ? MOST_OF_PARTNERS : MOST;
  }
}
