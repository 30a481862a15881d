package io.postern.certificate.api;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.RecordedAnchor;
import io.postern.contracts.v1.TrustBundle;
import java.time.Instant;
import java.util.List;

/**
 * A trust anchor as it was recorded.
 *
 * @param sha256 hex in lower case; {@code sha1} is Windows' thumbprint
 * @param sources where it came from: jdk, system FILE, pem FILE, folder FILE, url URL; none for one
 *     that went
 */
public record AnchorView(
    String subject,
    String sha256,
    String sha1,
    String serialNumber,
    Instant validFrom,
    Instant validTo,
    List<String> sources) {

  static AnchorView of(RecordedAnchor anchor, List<String> sources) {
    return new AnchorView(
        anchor.getSubject(),
        Fingerprints.hex(anchor.getSha256().toByteArray()),
        Fingerprints.hex(anchor.getSha1().toByteArray()),
        anchor.getSerial(),
        Instant.ofEpochMilli(anchor.getNotBeforeMillis()),
        Instant.ofEpochMilli(anchor.getNotAfterMillis()),
        sources);
  }

  static AnchorView of(RecordedAnchor anchor, TrustBundle bundle) {
    return of(
        anchor,
        anchor.getSourcesList().stream()
            .filter(index -> index >= 0 && index < bundle.getSourcesCount())
            .map(bundle::getSources)
            .toList());
  }

  static List<AnchorView> without(List<RecordedAnchor> anchors) {
    return anchors.stream().map(anchor -> of(anchor, List.of())).toList();
  }
}
