package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import java.util.ArrayList;
import java.util.List;

/** The search for paths, for tests of other packages. */
public final class Ways {
  private Ways() {}

  /** Whether a way of good signatures leads from a certificate to an anchor. */
  public static boolean lead(
      ParsedCertificate from, List<ParsedCertificate> others, TrustAnchors anchors) {
    List<ParsedCertificate> all = new ArrayList<>(List.of(from));
    others.stream().filter(other -> !other.equals(from)).forEach(all::add);
    return !new PathSearch(all, anchors).paths().isEmpty();
  }
}
