package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.AnchorSetReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * One set of trust anchors in one version. Any certificate may be an anchor: a root, an
 * intermediate, or a partner's own self-signed one. Immutable, any thread.
 */
public final class TrustAnchors {
  private final AnchorSetReference reference;
  private final Set<ParsedCertificate> certificates;
  private final Map<X500Principal, List<ParsedCertificate>> bySubject = new HashMap<>();

  public TrustAnchors(AnchorSetReference reference, List<ParsedCertificate> certificates) {
    this.reference = reference;
    this.certificates = new HashSet<>(certificates);
    for (ParsedCertificate certificate : certificates) {
      bySubject.computeIfAbsent(certificate.subject(), _ -> new ArrayList<>()).add(certificate);
    }
  }

  /** Id and the version that is really in this object. */
  public AnchorSetReference reference() {
    return reference;
  }

  public boolean contains(ParsedCertificate certificate) {
    return certificates.contains(certificate);
  }

  /** Anchors of this name, in the set's order. */
  public List<ParsedCertificate> named(X500Principal subject) {
    return bySubject.getOrDefault(subject, List.of());
  }

  public int size() {
    return certificates.size();
  }
}
