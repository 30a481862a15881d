package io.postern.log.certificates;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.OcspStaple;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The fold of {@code certificate.staples}: the newest answer about each of our server certificates.
 * While the topic is read again, the answers of the last reading stay in use: their own times bound
 * them. The follower's thread writes; any thread reads, and never waits. Bound: {@value #MOST}
 * certificates; certificate-service alone writes the topic, and only about ours.
 */
public final class OcspStaples implements TopicFollower.View {
  static final int MOST = 1_000;

  /** Before an answer's end, so that no client whose clock is ahead sees one that has ended. */
  public static final Duration MARGIN = Duration.ofMinutes(10);

  private static final Logger LOG = Logger.getLogger(OcspStaples.class);

  private final Map<ByteString, OcspStaple> staples = new ConcurrentHashMap<>();
  private Map<ByteString, OcspStaple> reading = new HashMap<>();
  private boolean complete;

  /** The newest answer, whatever its times. */
  public Optional<OcspStaple> newest(byte[] leafFingerprint) {
    return Optional.ofNullable(staples.get(ByteString.copyFrom(leafFingerprint)));
  }

  /** The answer that may be stapled now; empty: none, or one whose end is near. */
  public Optional<OcspStaple> current(byte[] leafFingerprint, Instant now) {
    return newest(leafFingerprint)
        .filter(
            staple ->
                now.toEpochMilli() >= staple.getThisUpdateMillis()
                    && now.plus(MARGIN).toEpochMilli() < staple.getNextUpdateMillis());
  }

  @Override
  public void begin() {
    reading = new HashMap<>();
    complete = false;
  }

  @Override
  public void complete() {
    complete = true;
    staples.putAll(reading);
    staples.keySet().retainAll(reading.keySet());
  }

  @Override
  public void take(ConsumerRecord<String, byte @Nullable []> record) {
    Map<ByteString, OcspStaple> into = complete ? staples : reading;
    byte[] value = record.value();
    if (value == null) {
      into.values().removeIf(staple -> key(staple).equals(record.key()));
      return;
    }
    try {
      OcspStaple staple = OcspStaple.parseFrom(value);
      ByteString leaf = staple.getLeafFingerprint();
      OcspStaple known = into.get(leaf);
      if (key(staple).equals(record.key())
          && (known == null ? into.size() < MOST : isNewer(staple, known))) {
        into.put(leaf, staple);
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf("%s offset %d cannot be read", record.topic(), record.offset());
    }
  }

  /** Two replicas may have asked at once: the record that came last may be the older answer. */
  private static boolean isNewer(OcspStaple staple, OcspStaple known) {
    return staple.getThisUpdateMillis() >= known.getThisUpdateMillis();
  }

  /** The key of its record. */
  public static String key(OcspStaple staple) {
    return Fingerprints.hex(staple.getLeafFingerprint().toByteArray());
  }
}
