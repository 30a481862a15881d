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
import io.postern.certificate.bundles.BundleLedger;
import io.postern.contracts.Fingerprints;
import io.postern.log.LogSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The default anchors by the settings, with their numbers as metrics. */
@ApplicationScoped
public class AnchorParts {
  private static final String DISTRUSTED = "postern.anchors.distrusted";

  @Produces
  @Singleton
  DefaultAnchors defaultAnchors(AnchorSettings settings, MeterRegistry meters) {
    try {
      DefaultAnchors anchors = new DefaultAnchors(sources(settings), distrust(settings));
      anchors.sources().stream()
          .map(AnchorSource::kind)
          .distinct()
          .forEach(kind -> measure(kind, anchors, meters));
      return anchors;
    } catch (BadAnchorFileException | IllegalArgumentException e) {
      throw Parts.wrong(e);
    }
  }

  @Produces
  @Singleton
  BundleLedger bundles(LogSettings log, DefaultAnchors anchors, InstantSource clock) {
    return new BundleLedger(log, anchors, clock);
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
                + "\" is no SHA-256 of a certificate: write the 64 hexadecimal digits that"
                + " openssl x509 -noout -fingerprint -sha256 prints",
            e);
      }
    }
    return Distrust.of(fingerprints, DISTRUSTED);
  }

  private static void measure(String kind, DefaultAnchors anchors, MeterRegistry meters) {
    Gauge.builder("postern.certificate.anchors", anchors, all -> all.count(kind))
        .tag("source", kind)
        .strongReference(true)
        .register(meters);
    FunctionCounter.builder(
            "postern.certificate.anchors.failures",
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
