package io.postern.certificate.anchors;

import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.ParsedCertificate.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The root that a chain leads to, by names and signatures alone: whether it is trusted, or the
 * chain good, is not asked. Immutable.
 *
 * @param name the root's subject; where the root is not at hand, the issuer that the last
 *     certificate of the way names
 * @param way from the leaf upwards, as far as it is at hand; at most {@value #LONGEST}
 */
public record RootOf(String name, List<ParsedCertificate> way) {
  static final int LONGEST = 10;

  public RootOf {
    way = List.copyOf(way);
  }

  /**
   * Looks for issuers among the anchors, then in the chain, then among the distrusted anchors. No
   * network; a few signatures.
   *
   * @param chain the leaf first, at least one; the rest in any order
   */
  public static RootOf chain(List<ParsedCertificate> chain, TrustAnchors anchors) {
    List<ParsedCertificate> way = new ArrayList<>(List.of(chain.getFirst()));
    while (way.size() < LONGEST && !way.getLast().selfSigned()) {
      ParsedCertificate last = way.getLast();
      Optional<ParsedCertificate> issuer =
          Stream.of(anchors.named(last.issuer()), chain, anchors.distrustedNamed(last.issuer()))
              .flatMap(List::stream)
              .filter(c -> c.subject().equals(last.issuer()) && !way.contains(c))
              .filter(c -> last.signedBy(c) == Signature.GOOD)
              .findFirst();
      if (issuer.isEmpty()) {
        break;
      }
      way.add(issuer.get());
    }
    return new RootOf(CertificateFacts.of(way.getLast()).issuer(), way);
  }

  /** The root itself; null: it is not at hand. */
  public @Nullable ParsedCertificate root() {
    return way.getLast().selfSigned() ? way.getLast() : null;
  }
}
