package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.AnchorSetReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One organization's set as the directory has it. Keeps its union with the default set in force
 * until that changes. Any thread.
 */
final class OrganizationSet {
  private record Together(TrustAnchors defaults, TrustAnchors anchors) {}

  private final AnchorSetReference reference;
  private final List<ParsedCertificate> certificates;
  private final boolean withDefaults;
  private final Distrust distrust;
  private volatile @Nullable Together last;

  OrganizationSet(
      AnchorSetReference reference,
      List<ParsedCertificate> certificates,
      boolean withDefaults,
      Distrust distrust) {
    this.reference = reference;
    this.certificates = List.copyOf(certificates);
    this.withDefaults = withDefaults;
    this.distrust = distrust;
  }

  AnchorSetReference reference() {
    return reference;
  }

  SetInForce inForce(TrustAnchors defaults) {
    return new SetInForce(reference.getId(), withDefaults, distrust.fingerprints(), with(defaults));
  }

  @SuppressWarnings("ReferenceEquality") // another object is another version
  TrustAnchors with(TrustAnchors defaults) {
    Together kept = last;
    if (kept == null || kept.defaults() != defaults) {
      kept =
          new Together(
              defaults, defaults.organizations(reference, certificates, withDefaults, distrust));
      last = kept;
    }
    return kept.anchors();
  }
}
