package io.postern.certificate.bundles;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.BundleDifference;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.TrustBundle;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.TopicFollower;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of the default set's versions: it records each when it comes in force, and holds the
 * recorded ones. It reads before it writes, so that it does not write another replica's record
 * again; where two write at the same time, both write the union of the two records, which is the
 * same.
 *
 * <p>Any thread; {@link #record} blocks for an acknowledgement, at most some 12 s. A later call
 * writes a record that could not be written.
 */
public final class BundleLedger implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(12);
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final LogSettings settings;
  private final DefaultAnchors defaults;
  private final InstantSource clock;
  private final Duration gone;
  private final Duration patience;
  private final OccasionalLog failures = new OccasionalLog(BundleLedger.class);
  private final OccasionalLog differences = new OccasionalLog(DefaultAnchors.class);
  private final Object writing = new Object();
  private volatile @Nullable AnchorHistory history;
  private volatile Runnable foreign = () -> {};
  private @Nullable KafkaProducer<String, byte[]> producer;
  private String recorded = "";
  private volatile OtherVersion other = new OtherVersion("", 0);

  /**
   * A version that is the newest recorded and not ours, and when it was last known to be in use.
   */
  private record OtherVersion(String version, long heardNanos) {}

  /**
   * @param gone the silence after which another version counts as unused: some periods of
   *     announcing
   */
  public BundleLedger(
      LogSettings settings, DefaultAnchors defaults, InstantSource clock, Duration gone) {
    this(settings, defaults, clock, gone, PATIENCE);
  }

  /**
   * @param patience with Kafka's acknowledgement of a record
   */
  BundleLedger(
      LogSettings settings,
      DefaultAnchors defaults,
      InstantSource clock,
      Duration gone,
      Duration patience) {
    this.settings = settings;
    this.defaults = defaults;
    this.clock = clock;
    this.gone = gone;
    this.patience = patience;
  }

  /** Reads certificate.anchors. At the end of the topic it may wait for Kafka. */
  public TopicFollower.View reader() {
    return new Reader();
  }

  /**
   * Calls, on the reader's thread, when another replica has recorded a version that is not ours:
   * the sources are worth a look. The listener must be quick.
   */
  public void onForeign(Runnable listener) {
    foreign = listener;
  }

  /** The recorded versions; empty while the log has not been read to its end. */
  public Optional<AnchorHistory> history() {
    return Optional.ofNullable(history);
  }

  /** A replica, this one too, has this version in force now. */
  public void announced(String version) {
    OtherVersion now = other;
    if (version.equals(now.version())) {
      other = new OtherVersion(version, System.nanoTime());
    }
  }

  /**
   * Records the set in force, unless it is the newest recorded. Once for each change here: two
   * replicas whose sources differ would else record by turns. And again when the newest is of a
   * replica that is gone: the API would else report it as the one in force for ever.
   */
  public void record() {
    synchronized (writing) {
      AnchorHistory known = history;
      TrustBundle bundle = defaults.bundle();
      if (known == null || (bundle.getVersion().equals(recorded) && !leftBehind(known, bundle))) {
        return; // the reader calls this again at its end
      }
      TrustBundle record = known.toRecord(bundle, clock.instant());
      if (record != null) {
        if (!written(record)) {
          return;
        }
        var unused = known.take(record);
      }
      recorded = bundle.getVersion();
    }
  }

  private boolean leftBehind(AnchorHistory known, TrustBundle ours) {
    String newest =
        known.timeline().isEmpty() ? "" : known.timeline().getFirst().bundle().getVersion();
    if (newest.equals(ours.getVersion())) {
      other = new OtherVersion("", 0);
      return false;
    }
    OtherVersion now = other;
    if (!now.version().equals(newest)) {
      other = new OtherVersion(newest, System.nanoTime());
      return false;
    }
    return System.nanoTime() - now.heardNanos() >= gone.toNanos();
  }

  /** Says in the log, now and then, when the newest version that was recorded is not ours. */
  public void compare() {
    AnchorHistory known = history;
    TrustBundle ours = defaults.bundle();
    if (known == null || known.timeline().isEmpty()) {
      return;
    }
    TrustBundle newest = known.timeline().getFirst().bundle();
    if (newest.getVersion().equals(ours.getVersion())) {
      differences.over("all replicas have the same default anchors");
      return;
    }
    BundleDifference difference = BundleDifference.between(ours, newest);
    differences.warn(
        ("another replica has version %s of the default anchors, this one has %s: use the same "
                + "sources on all replicas, otherwise verdicts of one are invalidated by the other; "
                + "only there: %d, only here: %d")
            .formatted(
                newest.getVersion(),
                ours.getVersion(),
                difference.came().size(),
                difference.went().size()),
        null);
  }

  private boolean written(TrustBundle record) {
    try {
      KafkaProducer<String, byte[]> sender = producer;
      if (sender == null) {
        sender = new KafkaProducer<>(settings.producer());
        producer = sender;
      }
      sender
          .send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_ANCHORS, record.getVersion(), record.toByteArray()))
          .get(patience.toNanos(), TimeUnit.NANOSECONDS);
      failures.over("the default anchors are recorded");
      return true;
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      failures.warn("the default anchors could not be recorded, trying again", e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    synchronized (writing) {
      if (producer != null) {
        producer.close(CLOSE);
      }
    }
  }

  private final class Reader implements TopicFollower.View {
    private AnchorHistory reading = new AnchorHistory();
    private boolean complete;

    @Override
    public void begin() {
      reading = new AnchorHistory();
      complete = false;
    }

    @Override
    public void complete() {
      history = reading;
      complete = true;
      record();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> entry) {
      byte[] value = entry.value();
      if (value == null) {
        return;
      }
      TrustBundle record;
      try {
        record = TrustBundle.parseFrom(value);
      } catch (InvalidProtocolBufferException e) {
        failures.warn("the bundle at offset " + entry.offset() + " cannot be read", e);
        return;
      }
      TrustBundle known = reading.take(record);
      if (!complete) {
        return;
      }
      boolean ours = record.getVersion().equals(defaults.bundle().getVersion());
      if (ours && !known.equals(record)) {
        synchronized (writing) {
          var unused = written(known);
        }
      } else if (!ours) {
        foreign.run();
      }
    }
  }
}
