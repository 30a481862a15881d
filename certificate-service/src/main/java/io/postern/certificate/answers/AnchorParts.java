package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorDownload;
import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.BadAnchorFileException;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.anchors.DistrustFile;
import io.postern.certificate.bundles.BundleLedger;
import io.postern.contracts.Fingerprints;
import io.postern.log.LogSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The default anchors by the settings, with their numbers as metrics. */
@ApplicationScoped
public class AnchorParts {
  private static final String DISTRUSTED = "postern.anchors.distrusted";
  private static final String FAILURES = "postern.certificate.anchors.failures";
  // Some announcements may be late or lost.
  private static final Duration GONE = Duration.ofMinutes(15);
  private static final int MISSED = 3;
  private static final Logger LOG = Logger.getLogger(AnchorParts.class);

  @Produces
  @Singleton
  DefaultAnchors defaultAnchors(AnchorSettings settings, MeterRegistry meters) {
    try {
      DistrustFile file = settings.distrustedFile().map(DistrustFile::new).orElse(null);
      DefaultAnchors anchors = new DefaultAnchors(sources(settings), distrust(settings), file);
      checkNotEmpty(anchors);
      anchors.sources().stream()
          .map(AnchorSource::kind)
          .distinct()
          .forEach(kind -> measure(kind, anchors, meters));
      if (file != null) {
        FunctionCounter.builder(FAILURES, file, DistrustFile::failures)
            .tag("source", "distrusted-file")
            .register(meters);
      }
      return anchors;
    } catch (BadAnchorFileException | IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage());
    }
  }

  @Produces
  @Singleton
  BundleLedger bundles(
      LogSettings log, DefaultAnchors anchors, InstantSource clock, AnchorSettings settings) {
    Duration missed = settings.announceEvery().multipliedBy(MISSED);
    return new BundleLedger(log, anchors, clock, missed.compareTo(GONE) > 0 ? missed : GONE);
  }

  void close(@Disposes BundleLedger bundles) {
    bundles.close();
  }

  static List<AnchorSource> sources(AnchorSettings settings) {
    List<AnchorSource> sources = new ArrayList<>();
    if (settings.jdk()) {
      sources.add(AnchorSource.jdk());
    }
    settings.system().ifPresent(file -> sources.add(AnchorSource.system(file)));
    settings.pem().orElse(List.of()).forEach(file -> sources.add(AnchorSource.pem(file)));
    settings.folder().ifPresent(folder -> sources.add(AnchorSource.folder(folder)));
    settings
        .url()
        .map(AnchorDownload::checked)
        .ifPresent(url -> sources.add(AnchorSource.url(url, settings.urlCopy())));
    return sources;
  }

  static Distrust distrust(AnchorSettings settings) {
    List<ByteString> fingerprints = new ArrayList<>();
    for (String text : settings.distrusted().orElse(List.of())) {
      try {
        fingerprints.add(ByteString.copyFrom(Fingerprints.parse(text)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            DISTRUSTED
                + ": \""
                + text
                + "\" is not the SHA-256 of a certificate: write the 64 hexadecimal digits that "
                + "openssl x509 -noout -fingerprint -sha256 prints",
            e);
      }
    }
    return Distrust.of(fingerprints, DISTRUSTED);
  }

  /**
   * An installation without anchors finds every chain bad: it must be meant.
   *
   * @throws BadAnchorFileException all sources together have no anchor
   */
  static void checkNotEmpty(DefaultAnchors anchors) throws BadAnchorFileException {
    if (anchors.current().size() > 0) {
      return;
    }
    if (!anchors.sources().isEmpty()) {
      throw new BadAnchorFileException(
          "postern.anchors",
          "no default anchor in any configured source ("
              + anchors.sources().stream()
                  .map(AnchorSource::kind)
                  .distinct()
                  .collect(Collectors.joining(", "))
              + "), so every chain would be bad",
          "put a root there, or write postern.anchors.jdk=true");
    }
    LOG.warn(
        "postern.anchors.jdk=false and no other source is configured: there is no default anchor, "
            + "and only organizations' own sets are trusted");
  }

  private static void measure(String kind, DefaultAnchors anchors, MeterRegistry meters) {
    Gauge.builder("postern.certificate.anchors", anchors, all -> all.count(kind))
        .tag("source", kind)
        .strongReference(true)
        .register(meters);
    FunctionCounter.builder(
            FAILURES,
            anchors,
            all ->
                all.sources().stream()
                    .filter(source -> source.kind().equals(kind))
                    .mapToLong(AnchorSource::failures)
                    .sum())
        .tag("source", kind)
        .register(meters);
  }
}
