package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.postern.certificate.log.TopicsReady;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateExpiring;
import io.postern.contracts.v1.ExpiringKind;
import io.postern.log.LogSettings;
import io.postern.log.TopicFollower;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * Tells once that a certificate has come within 60 days, within 30 days and to its end: a record in
 * certificate.expiries, and counts in the metric {@code postern.certificate.expiring}. What was
 * told is read back from the log, so that neither a restart nor another replica tells it again but
 * in a race, where both write the same key. {@link #look} is called by one thread.
 */
@ApplicationScoped
public class ExpiryNotices {
  private static final int WAITING = 1000;
  private static final int MOST_TOLD = 50_000;
  private static final int DAYS = 60;

  private final ExpiryWatch watch;
  private final Emitter<Record<String, byte[]>> emitter;
  private final InstantSource clock;
  private final MultiGauge gauge;
  private final TopicFollower follower;
  private final Told told = new Told();

  ExpiryNotices(
      ExpiryWatch watch,
      @Channel("expiries") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte[]>> emitter,
      InstantSource clock,
      MeterRegistry meters,
      LogSettings log) {
    this.watch = watch;
    this.emitter = emitter;
    this.clock = clock;
    this.gauge = MultiGauge.builder("postern.certificate.expiring").register(meters);
    this.follower = new TopicFollower(log, Topics.CERTIFICATE_EXPIRIES, told);
  }

  /** Keys of what was told. */
  private static final class Told implements TopicFollower.View {
    private final Set<String> keys = new HashSet<>();
    private boolean complete;

    @Override
    public synchronized void begin() {
      keys.clear();
      complete = false;
    }

    @Override
    public synchronized void take(ConsumerRecord<String, byte @Nullable []> record) {
      if (keys.size() < MOST_TOLD) {
        keys.add(record.key());
      }
    }

    @Override
    public synchronized void complete() {
      complete = true;
    }

    synchronized boolean isNew(String key) {
      return complete && keys.size() < MOST_TOLD && keys.add(key);
    }

    synchronized void failed(String key) {
      keys.remove(key);
    }
  }

  void start(@Observes TopicsReady ready) {
    follower.start();
  }

  void stop(@Observes ShutdownEvent event) {
    follower.close();
  }

  /** Counts, and tells what is new. */
  public void look() {
    List<Expiring> near = watch.within(DAYS, clock.instant());
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (Expiring.Kind kind : Expiring.Kind.values()) {
      for (Expiring.Band band : Expiring.NEAR) {
        long count = near.stream().filter(e -> e.kind() == kind && e.band() == band).count();
        rows.add(
            MultiGauge.Row.of(Tags.of("kind", kind.toString(), "band", band.toString()), count));
      }
    }
    gauge.register(rows, true);
    near.forEach(this::tell);
  }

  private void tell(Expiring expiring) {
    String key =
        expiring.kind() + "/" + expiring.certificate().sha256() + "/" + expiring.band().days;
    if (!told.isNew(key)) {
      return;
    }
    CertificateExpiring record =
        CertificateExpiring.newBuilder()
            .setKind(ExpiringKind.valueOf(expiring.kind().name() + "_EXPIRING"))
            .setFingerprint(
                ByteString.copyFrom(HexFormat.of().parseHex(expiring.certificate().sha256())))
            .setSubject(expiring.certificate().subject())
            .setNotAfterMillis(expiring.certificate().validTo().toEpochMilli())
            .setWithinDays(expiring.band().days)
            .addAllWhere(expiring.where())
            .setAtMillis(clock.millis())
            .build();
    try {
      emitter
          .send(Record.of(key, record.toByteArray()))
          .whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  told.failed(key);
                }
              });
    } catch (IllegalStateException full) {
      told.failed(key); // told at the next look
    }
  }
}
