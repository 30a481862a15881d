package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateExpiring;
import io.postern.contracts.v1.ExpiringKind;
import io.postern.log.sending.RecordSink;
import io.postern.service.Every;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The notices, each recorded once, that a certificate has come within 60 days, within 30 days and
 * to its end, in certificate.expiries, and counts in the metric {@code
 * postern.certificate.expiring}. It reads the recorded notices back from the log, so that neither a
 * restart nor another replica records one again but in a race, where both write the same key. It
 * looks every minute, on a thread of its own; any thread may call {@link #look}.
 */
@ApplicationScoped
public class ExpiryNotices implements FollowedTopics.User {
  private static final int WAITING = 1000;
  private static final int DAYS = 60;
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration UNREAD = Duration.ofSeconds(1);

  private final ExpiryWatch watch;
  private final RecordSink records;
  private final InstantSource clock;
  private final MultiGauge gauge;
  private final RecordedExpiries recorded;
  private final Every every =
      new Every(
          ExpiryNotices.class,
          "expiries",
          "expiring certificates could not be checked; will be retried");

  ExpiryNotices(ExpiryWatch watch, RecordSink records, InstantSource clock, MeterRegistry meters) {
    this.watch = watch;
    this.records = records.atMost(WAITING);
    this.clock = clock;
    this.gauge = MultiGauge.builder("postern.certificate.expiring").register(meters);
    this.recorded =
        new RecordedExpiries(meters.counter("postern.certificate.expiries.untold")::increment);
  }

  @Override
  public void follow(FollowedTopics topics) {
    topics.state().follow(Topics.CERTIFICATE_EXPIRIES, recorded);
  }

  void start(@Observes TopicsVerified ready) {
    every.pace(EVERY, () -> look() ? EVERY : UNREAD);
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
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
    // The next look records one that is lost.
    records.send(
        Topics.CERTIFICATE_EXPIRIES, key, record.toByteArray(), () -> recorded.failed(key));
  }
}
