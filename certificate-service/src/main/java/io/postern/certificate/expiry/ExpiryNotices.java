package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateExpiring;
import io.postern.contracts.v1.ExpiringKind;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.postern.service.Every;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The notices, each recorded once, that a certificate has come within 60 days, within 30 days and
 * to its end, in certificate.expiries, and counts in the metric {@code
 * postern.certificate.expiring}. It reads the recorded notices back from the log, so that neither a
 * restart nor another replica records one again but in a race, where both write the same key. It
 * looks every minute, on a thread of its own; any thread may call {@link #look}.
 */
@ApplicationScoped
public class ExpiryNotices {
  private static final int WAITING = 1000;
  private static final int DAYS = 60;
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration UNREAD = Duration.ofSeconds(1);

  private final ExpiryWatch watch;
  private final Emitter<Record<String, byte[]>> emitter;
  private final InstantSource clock;
  private final MultiGauge gauge;
  private final TopicFollower follower;
  private final RecordedExpiries recorded;
  private final Every every =
      new Every(
          ExpiryNotices.class,
          "expiries",
          "expiring certificates could not be checked; will be retried");

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
    this.recorded =
        new RecordedExpiries(meters.counter("postern.certificate.expiries.untold")::increment);
    this.follower = new TopicFollower(log, Topics.CERTIFICATE_EXPIRIES, recorded);
  }

  void start(@Observes TopicsVerified ready) {
    follower.start();
    every.pace(EVERY, () -> look() ? EVERY : UNREAD);
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
    follower.close();
  }

  /** Counts, and records the new notices. False: the log has not been read to its end yet. */
  public synchronized boolean look() {
    Optional<List<CertificateEnd>> near = watch.within(DAYS, clock.instant());
    near.ifPresent(this::count);
    near.ifPresent(all -> all.forEach(this::record));
    return near.isPresent();
  }

  private void count(List<CertificateEnd> near) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (ExpiringCertificate.Kind kind : ExpiringCertificate.Kind.values()) {
      for (ExpiringCertificate.Band band : ExpiringCertificate.NEAR) {
        long count = near.stream().filter(e -> e.kind() == kind && e.band() == band).count();
        rows.add(
            MultiGauge.Row.of(Tags.of("kind", kind.toString(), "band", band.toString()), count));
      }
    }
    gauge.register(rows, true);
  }

  private void record(CertificateEnd ending) {
    String key = RecordedExpiries.key(ending);
    if (recorded.isNew(key)) {
      ending.expiring().ifPresent(expiring -> record(key, expiring));
    }
  }

  private void record(String key, ExpiringCertificate expiring) {
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
                  recorded.failed(key);
                }
              });
    } catch (IllegalStateException full) {
      recorded.failed(key); // the next look records it
    }
  }
}
