package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A way from the leaf to an anchor in which each certificate names the next one as its issuer.
 * Immutable.
 *
 * @param below the certificates below the anchor, leaf first; empty when the leaf is an anchor
 */
public record CandidatePath(List<ParsedCertificate> below, ParsedCertificate anchor) {
  public CandidatePath {
    below = List.copyOf(below);
  }

  /** Leaf to anchor. */
  public List<ParsedCertificate> all() {
    List<ParsedCertificate> all = new ArrayList<>(below);
    all.add(anchor);
    return all;
  }

  public ParsedCertificate leaf() {
    return below.isEmpty() ? anchor : below.getFirst();
  }

  /** The certificate whose key signed the one at this index of {@link #below}. */
  public ParsedCertificate issuerOf(int index) {
    return index + 1 < below.size() ? below.get(index + 1) : anchor;
  }
}
