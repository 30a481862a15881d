package io.postern.log;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.postern.link.LinkCertificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The metrics of the certificate of a service's links to the log: mail-log/README.md. */
public final class LinkMetrics {
  private LinkMetrics() {}

  /** Once a registry. */
  public static void register(MeterRegistry registry) {
    expires(registry, "own", LinkCertificate::end);
    expires(registry, "authority", LinkCertificate::authorityEnd);
    Gauge.builder(
            "postern.log.certificate.refused",
            () -> LinkCertificate.all().stream().allMatch(LinkCertificate::usable) ? 0 : 1)
        .description(
            "1: the files contain a new certificate that is not usable; the previous one "
                + "stays in use")
        .register(registry);
  }

  private static void expires(
      MeterRegistry registry, String certificate, Function<LinkCertificate, Instant> end) {
    TimeGauge.builder("postern.log.certificate.expires", () -> seconds(end), TimeUnit.SECONDS)
        .description("Time until the certificate of the connections to Kafka expires")
        .tag("certificate", certificate)
        .register(registry);
  }

  private static double seconds(Function<LinkCertificate, Instant> end) {
    return LinkCertificate.all().stream()
        .map(end)
        .min(Comparator.naturalOrder())
        .map(first -> (double) Duration.between(Instant.now(), first).toSeconds())
        .orElse(Double.NaN);
  }
}
